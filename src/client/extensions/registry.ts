/** The supported client extensions, by their first input member. Unknown members of the page's input are ignored: section 9. */
import type { ExtensionInputs } from '../credential-options.ts';
import { appid, appidExclude } from './app-id.ts';
import { credProps } from './cred-props.ts';
import { credProtect } from './cred-protect.ts';
import type {
  AuthenticationCaller,
  AuthenticationProcessor,
  ClientExtension,
  RegistrationCaller,
  RegistrationProcessor,
} from './extension.ts';
import { hmacCreateSecret } from './hmac-create-secret.ts';
import { largeBlob } from './large-blob.ts';
import { minPinLength } from './min-pin-length.ts';
import { prf } from './prf.ts';

const clientExtensions: Record<string, ClientExtension> = {
  appid,
  appidExclude,
  credentialProtectionPolicy: credProtect,
  credProps,
  hmacCreateSecret,
  largeBlob,
  minPinLength,
  prf,
};

/** The names of the supported extensions, by their first input member. */
export const clientExtensionNames: readonly string[] = Object.keys(clientExtensions);

/**
 * Returns the processors of the extensions that the page uses in create().
 * @throws {WebAuthnError} for an input that the extension refuses.
 */
export function createRegistrationProcessors(
  inputs: ExtensionInputs,
  caller: RegistrationCaller,
): RegistrationProcessor[] {
  return Object.values(clientExtensions).flatMap((extension) => extension.create?.(inputs, caller) ?? []);
}

/**
 * Returns the processors of the extensions that the page uses in get().
 * @throws {WebAuthnError} for an input that the extension refuses.
 */
export function createAuthenticationProcessors(
  inputs: ExtensionInputs,
  caller: AuthenticationCaller,
): AuthenticationProcessor[] {
  return Object.values(clientExtensions).flatMap((extension) => extension.get?.(inputs, caller) ?? []);
}
