/** The shape of an attestation statement format, WebAuthn L3 section 8. */

import type { AttestationFormatId } from '#protocol/attestation-formats.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { AuthenticatorEnv } from '../env.ts';

export interface AttestationInput {
  /** Encoded, as it will be sent. */
  authData: Uint8Array;
  /** 32 bytes. */
  clientDataHash: Uint8Array;
  rpIdHash: Uint8Array;
  credentialId: Uint8Array;
  credentialKey: SigningKey;
}

export interface AttestationFormat {
  fmt: AttestationFormatId;
  /** fido-u2f knows no AAGUID: authData then carries zeros. */
  zeroAaguid?: boolean;
  /** Credential keys that it can attest; all when absent. */
  algorithms?: readonly CoseAlgorithm[];
  /** The attestation statement; a list for `compound`, which holds others. */
  attest(input: AttestationInput, env: AuthenticatorEnv): CborMap | CborMap[];
}
