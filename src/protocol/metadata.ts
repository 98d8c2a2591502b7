/** Names of FIDO metadata: the registry of predefined values 2.2 and the Metadata Service 3.0. */
import type { CoseAlgorithm } from './cose.ts';

/** Registry section 3.6.1. The name of ES512 really contains sha256. */
export const authenticationAlgorithms: Readonly<Partial<Record<CoseAlgorithm, string>>> = {
  ES256: 'secp256r1_ecdsa_sha256_raw',
  ES384: 'secp384r1_ecdsa_sha384_raw',
  ES512: 'secp512r1_ecdsa_sha256_raw',
  ES256K: 'secp256k1_ecdsa_sha256_raw',
  EdDSA: 'ed25519_eddsa_sha512_raw',
  RS256: 'rsassa_pkcsv15_sha256_raw',
  RS384: 'rsassa_pkcsv15_sha384_raw',
  RS512: 'rsassa_pkcsv15_sha512_raw',
  RS1: 'rsassa_pkcsv15_sha1_raw',
  PS256: 'rsassa_pss_sha256_raw',
  PS384: 'rsassa_pss_sha384_raw',
  PS512: 'rsassa_pss_sha512_raw',
};

/** Metadata Service section 3.1.4: with these, a relying party should no longer trust the model. */
export const undesiredStatuses: readonly string[] = [
  'USER_VERIFICATION_BYPASS',
  'ATTESTATION_KEY_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_KEY_PHYSICAL_COMPROMISE',
  'REVOKED',
];
