/** RegistrationResponseJSON and AuthenticationResponseJSON, WebAuthn L3 section 5.1 (toJSON()). Binary members are base64url. */
import { toBase64url } from '#base/bytes.ts';
import type { Assertion, NewCredential } from './credential.ts';

interface PublicKeyCredentialJSON<Response> {
  id: string;
  rawId: string;
  type: 'public-key';
  authenticatorAttachment: 'platform' | 'cross-platform';
  response: Response;
  clientExtensionResults: Record<string, unknown>;
}

/** What create() returns: RegistrationResponseJSON, WebAuthn L3 section 5.1. Binary members are base64url. */
export type RegistrationResponseJSON = PublicKeyCredentialJSON<{
  clientDataJSON: string;
  attestationObject: string;
  authenticatorData: string;
  transports: string[];
  publicKey?: string;
  publicKeyAlgorithm: number;
}>;

/** What get() returns: AuthenticationResponseJSON, WebAuthn L3 section 5.1. Binary members are base64url. */
export type AuthenticationResponseJSON = PublicKeyCredentialJSON<{
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  userHandle?: string;
}>;

/** Returns the JSON form of a new credential. */
export function toRegistrationJSON(credential: NewCredential): RegistrationResponseJSON {
  return {
    ...encodeCommonMembers(credential),
    response: {
      clientDataJSON: toBase64url(credential.clientDataJSON),
      attestationObject: toBase64url(credential.attestationObject),
      authenticatorData: toBase64url(credential.authenticatorData),
      transports: credential.transports,
      ...(credential.publicKey && { publicKey: toBase64url(credential.publicKey) }),
      publicKeyAlgorithm: credential.publicKeyAlgorithm,
    },
  };
}

/** Returns the JSON form of an assertion. */
export function toAuthenticationJSON(assertion: Assertion): AuthenticationResponseJSON {
  return {
    ...encodeCommonMembers(assertion),
    response: {
      clientDataJSON: toBase64url(assertion.clientDataJSON),
      authenticatorData: toBase64url(assertion.authenticatorData),
      signature: toBase64url(assertion.signature),
      ...(assertion.userHandle && { userHandle: toBase64url(assertion.userHandle) }),
    },
  };
}

function encodeCommonMembers({ id, authenticatorAttachment, clientExtensionResults }: NewCredential | Assertion) {
  const encodedId = toBase64url(id);
  return {
    id: encodedId,
    rawId: encodedId,
    type: 'public-key' as const,
    authenticatorAttachment,
    clientExtensionResults,
  };
}
