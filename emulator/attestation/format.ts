/** The interface that every attestation statement format implements, WebAuthn L3 section 8. */
import type { AttestationFormatId } from '#protocol/attestation-formats.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { AuthenticatorEnv } from '../env.ts';

export interface AttestationInput {
  /** Encoded authenticator data, exactly as it is sent. */
  authData: Uint8Array;
  /** 32 bytes. */
  clientDataHash: Uint8Array;
  rpIdHash: Uint8Array;
  credentialId: Uint8Array;
  credentialKey: SigningKey;
}

type MetadataAttestationType = 'basic_full' | 'basic_surrogate' | 'attca' | 'anonca' | 'none';

export interface AttestationFormat {
  fmt: AttestationFormatId;
  /** attestationTypes in metadata statements, FIDO Registry of Predefined Values section 3.6.3. */
  metadataTypes: readonly MetadataAttestationType[];
  /** True if all credentials of a model share one attestation certificate. */
  hasModelCertificate?: boolean;
  /** True for fido-u2f, which has no AAGUID: authData then contains zeros. */
  zeroAaguid?: boolean;
  /** Algorithms of credential keys that the format can attest; absent means all. */
  algorithms?: readonly CoseAlgorithm[];
  /** Returns the attestation statement. `compound` returns a list of statements. */
  attest(input: AttestationInput, env: AuthenticatorEnv): CborMap | CborMap[];
}
