/** The results of create() and get() in binary form. `credential-json.ts` converts them to JSON. */
import type { AuthenticatorAttachment } from './credential-options.ts';
import type { ClientOutputs } from './extensions/extension.ts';

/** A new credential: the members of PublicKeyCredential and AuthenticatorAttestationResponse. */
export interface NewCredential {
  id: Uint8Array;
  clientDataJSON: Uint8Array;
  attestationObject: Uint8Array;
  authenticatorData: Uint8Array;
  /** DER SubjectPublicKeyInfo; undefined for an algorithm that the client does not support. */
  publicKey: Uint8Array | undefined;
  /** COSE algorithm identifier, e.g. -7. */
  publicKeyAlgorithm: number;
  transports: string[];
  authenticatorAttachment: AuthenticatorAttachment;
  clientExtensionResults: ClientOutputs;
}

/** An assertion: the members of PublicKeyCredential and AuthenticatorAssertionResponse. */
export interface Assertion {
  id: Uint8Array;
  clientDataJSON: Uint8Array;
  authenticatorData: Uint8Array;
  signature: Uint8Array;
  userHandle: Uint8Array | undefined;
  authenticatorAttachment: AuthenticatorAttachment;
  clientExtensionResults: ClientOutputs;
}
