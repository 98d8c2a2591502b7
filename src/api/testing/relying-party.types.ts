/** Type tests of `touchstone/relying-party`: the compiler checks this file, nothing runs it. */
import { expectTypeOf } from 'vitest';
import * as relyingParty from '../relying-party.ts';

expectTypeOf(relyingParty.startPortal).parameter(0).toEqualTypeOf<relyingParty.PortalOptions>();
expectTypeOf(relyingParty.startPortal).returns.resolves.toEqualTypeOf<relyingParty.Portal>();
expectTypeOf<relyingParty.Portal['origin']>().toEqualTypeOf<string>();
expectTypeOf<relyingParty.Portal>().toExtend<AsyncDisposable>();
expectTypeOf<relyingParty.PortalOptions['port']>().toEqualTypeOf<number | undefined>();
expectTypeOf(relyingParty.openStore).toEqualTypeOf<(path?: string) => relyingParty.Store>();

expectTypeOf(relyingParty.verifyRegistration).parameters.toEqualTypeOf<
  [body: unknown, expected: relyingParty.RegistrationExpectations]
>();
expectTypeOf(relyingParty.verifyRegistration).returns.resolves.toEqualTypeOf<
  relyingParty.VerifiedRegistration | relyingParty.Refused
>();
expectTypeOf<relyingParty.VerifiedRegistration['accepted']>().toEqualTypeOf<true>();
expectTypeOf<relyingParty.Refused['accepted']>().toEqualTypeOf<false>();
expectTypeOf<relyingParty.Refused['reason']>().toExtend<string>();
expectTypeOf<relyingParty.VerifiedRegistration['credential']['credentialId']>().toEqualTypeOf<string>();
expectTypeOf(relyingParty.parseCertificate).parameter(0).toEqualTypeOf<Uint8Array>();
expectTypeOf(relyingParty.parseCertificate).returns.toEqualTypeOf<relyingParty.Certificate>();
