/** What the ceremonies give, in binary form; `credential-json.ts` turns it into what pages post. */
import type { AuthenticatorAttachment } from './credential-options.ts';
import type { ClientOutputs } from './extensions/extension.ts';

/** A new credential in binary form: what PublicKeyCredential and AuthenticatorAttestationResponse hold. */
export interface NewCredential {
  id: Uint8Array;
  clientDataJSON: Uint8Array;
  attestationObject: Uint8Array;
  authenticatorData: Uint8Array;
  /** DER SubjectPublicKeyInfo; undefined for an algorithm that the client does not understand. */
  publicKey: Uint8Array | undefined;
  /** COSE algorithm. */
  publicKeyAlgorithm: number;
  transports: string[];
  authenticatorAttachment: AuthenticatorAttachment;
  clientExtensionResults: ClientOutputs;
}

/** An assertion in binary form: what PublicKeyCredential and AuthenticatorAssertionResponse hold. */
export interface Assertion {
  id: Uint8Array;
  clientDataJSON: Uint8Array;
  authenticatorData: Uint8Array;
  signature: Uint8Array;
  userHandle: Uint8Array | undefined;
  authenticatorAttachment: AuthenticatorAttachment;
  clientExtensionResults: ClientOutputs;
}
