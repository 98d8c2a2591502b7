/** Values of the FIDO Registry of Predefined Values, sections 3.1 to 3.6. */

/** Section 3.1. */
export const userVerificationMethodNames = [
  'presence_internal',
  'fingerprint_internal',
  'passcode_internal',
  'voiceprint_internal',
  'faceprint_internal',
  'location_internal',
  'eyeprint_internal',
  'pattern_internal',
  'handprint_internal',
  'passcode_external',
  'pattern_external',
  'none',
  'all',
] as const;

/** Section 3.2. */
export const keyProtections = ['software', 'hardware', 'tee', 'secure_element', 'remote_handle'] as const;

/** Section 3.3. */
export const matcherProtections = ['software', 'tee', 'on_chip'] as const;

/** Section 3.4. */
export const attachmentHints = [
  'internal',
  'external',
  'wired',
  'wireless',
  'nfc',
  'bluetooth',
  'network',
  'ready',
  'wifi_direct',
] as const;

/** Section 3.5. */
export const transactionDisplays = ['any', 'privileged_software', 'tee', 'hardware', 'remote'] as const;

/** Section 3.6.1, with the COSE algorithm of each; undefined for those that COSE does not have. The name of ES512 contains sha256. */
export const authenticationAlgorithms: Readonly<Record<string, number | undefined>> = {
  secp256r1_ecdsa_sha256_raw: -7,
  secp256r1_ecdsa_sha256_der: undefined,
  rsassa_pss_sha256_raw: -37,
  rsassa_pss_sha256_der: undefined,
  secp256k1_ecdsa_sha256_raw: -47,
  secp256k1_ecdsa_sha256_der: undefined,
  sm2_sm3_raw: undefined,
  rsa_emsa_pkcs1_sha256_raw: undefined,
  rsa_emsa_pkcs1_sha256_der: undefined,
  rsassa_pss_sha384_raw: -38,
  rsassa_pss_sha512_raw: -39,
  rsassa_pkcsv15_sha256_raw: -257,
  rsassa_pkcsv15_sha384_raw: -258,
  rsassa_pkcsv15_sha512_raw: -259,
  rsassa_pkcsv15_sha1_raw: -65535,
  secp384r1_ecdsa_sha384_raw: -35,
  secp512r1_ecdsa_sha256_raw: -36,
  ed25519_eddsa_sha512_raw: -8,
  ed448_eddsa_sha512_raw: undefined,
};

/** Section 3.6.2. */
export const publicKeyEncodings = ['ecc_x962_raw', 'ecc_x962_der', 'rsa_2048_raw', 'rsa_2048_der', 'cose'] as const;

/** Section 3.6.3. */
export const attestationTypes = ['basic_full', 'basic_surrogate', 'ecdaa', 'attca', 'anonca', 'none'] as const;
