/** The client extensions we have, by the name of their first member in the page's inputs; unknown ones are ignored (section 9). */
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

/** @throws {WebAuthnError} for an input that its extension refuses. */
export function registrationProcessors(inputs: ExtensionInputs): RegistrationProcessor[] {
  return Object.values(clientExtensions).flatMap((extension) => extension.create?.(inputs) ?? []);
}

/** @throws {WebAuthnError} for an input that its extension refuses. */
export function authenticationProcessors(
  inputs: ExtensionInputs,
  allowCredentials: readonly CredentialDescriptor[],
): AuthenticationProcessor[] {
  return Object.values(clientExtensions).flatMap((extension) => extension.get?.(inputs, allowCredentials) ?? []);
}
