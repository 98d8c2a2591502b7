/** The supported client extensions, by their first input member. Unknown members of the page's input are ignored: section 9. */
import type { CredentialDescriptor, ExtensionInputs } from '../credential-options.ts';
import { credProps } from './cred-props.ts';
import { credProtect } from './cred-protect.ts';
import type { AuthenticationProcessor, ClientExtension, RegistrationProcessor } from './extension.ts';
import { hmacCreateSecret } from './hmac-create-secret.ts';
import { minPinLength } from './min-pin-length.ts';
import { prf } from './prf.ts';

const clientExtensions: Record<string, ClientExtension> = {
  credentialProtectionPolicy: credProtect,
  credProps,
  hmacCreateSecret,
  minPinLength,
  prf,
};

/** The names of the supported extensions, by their first input member. */
export const clientExtensionNames: readonly string[] = Object.keys(clientExtensions);

/**
 * Returns the processors of the extensions that the page uses in create().
 * @throws {WebAuthnError} for an input that the extension refuses.
 */
export function createRegistrationProcessors(inputs: ExtensionInputs): RegistrationProcessor[] {
  return Object.values(clientExtensions).flatMap((extension) => extension.create?.(inputs) ?? []);
}

/**
 * Returns the processors of the extensions that the page uses in get().
 * @throws {WebAuthnError} for an input that the extension refuses.
 */
export function createAuthenticationProcessors(
  inputs: ExtensionInputs,
  allowCredentials: readonly CredentialDescriptor[],
): AuthenticationProcessor[] {
  return Object.values(clientExtensions).flatMap((extension) => extension.get?.(inputs, allowCredentials) ?? []);
}
