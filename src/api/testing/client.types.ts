/** Type tests of `touchstone/client`: the compiler checks this file, nothing runs it. */
import { expectTypeOf } from 'vitest';
import * as client from '../client.ts';

expectTypeOf(client.create).parameters.toEqualTypeOf<
  [client.PublicKeyCredentialCreationOptionsJSON, client.ClientContext]
>();
expectTypeOf(client.create).returns.resolves.toEqualTypeOf<client.RegistrationResponseJSON>();
expectTypeOf(client.get).parameters.toEqualTypeOf<
  [client.PublicKeyCredentialRequestOptionsJSON, client.ClientContext]
>();
expectTypeOf(client.get).returns.resolves.toEqualTypeOf<client.AuthenticationResponseJSON>();

expectTypeOf<client.RegistrationResponseJSON['response']>().toEqualTypeOf<{
  clientDataJSON: string;
  attestationObject: string;
  authenticatorData: string;
  transports: string[];
  publicKey?: string;
  publicKeyAlgorithm: number;
}>();
expectTypeOf<client.AuthenticationResponseJSON['response']>().toEqualTypeOf<{
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  userHandle?: string;
}>();

expectTypeOf<client.PublicKeyCredentialCreationOptionsJSON>().toHaveProperty('pubKeyCredParams');
expectTypeOf<client.PublicKeyCredentialRequestOptionsJSON['rpId']>().toEqualTypeOf<string | undefined>();
expectTypeOf<client.ClientPolicy['checks']>().toEqualTypeOf<'strict' | 'none'>();
expectTypeOf<client.ClientPolicy['timeout']>().toEqualTypeOf<{ minMs: number; maxMs: number; defaultMs: number }>();
expectTypeOf(client.defaultPolicy).toEqualTypeOf<client.ClientPolicy>();
expectTypeOf<client.AvailableAuthenticator['kind']>().toEqualTypeOf<'this-device' | 'security-key' | 'phone'>();
expectTypeOf(client.fixedAuthenticators).returns.toEqualTypeOf<client.AuthenticatorSource>();
expectTypeOf(client.autoApproveUser).parameter(0).toEqualTypeOf<client.AutoApproveOptions | undefined>();
expectTypeOf(client.autoApproveUser).returns.toEqualTypeOf<client.UserInteraction>();
expectTypeOf<client.Cancelled>().toEqualTypeOf<typeof client.cancelled>();
expectTypeOf<ReturnType<client.UserInteraction['providePin']>>().resolves.toEqualTypeOf<string | client.Cancelled>();
expectTypeOf<client.CtapDevice['transact']>().returns.resolves.toEqualTypeOf<Uint8Array>();
expectTypeOf<client.CtapDevice>().toExtend<AsyncDisposable>();
expectTypeOf(client.systemClock.monotonic).returns.toEqualTypeOf<number>();
expectTypeOf(client.systemRandom).toEqualTypeOf<client.Random>();
expectTypeOf<client.WebAuthnError>().toExtend<Error>();
