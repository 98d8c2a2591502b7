/**
 * The management features of an authenticator model, CTAP 2.1 sections 6.7 to 6.11 and CTAP 2.2. An absent member means
 * not supported.
 */
export interface ManagementFeatures {
  credentialManagement?: {
    /** perCredMgmtRO: persistent tokens with read-only permission stay valid after a power cycle (CTAP 2.2). */
    persistentReadOnly?: true;
  };
  /** Fingerprint sensor; requires `builtInUv`. */
  bioEnrollment?: {
    /** 1: touch, 2: swipe. */
    fingerprintKind: 1 | 2;
    maxTemplates: number;
    samplesToEnroll: number;
    maxFriendlyNameBytes: number;
    /** uvBioEnroll: a token from fingerprint verification may enroll further fingerprints. */
    byFingerprint?: true;
  };
  largeBlobs?: { maxSerializedLargeBlobArray: number };
  config?: {
    maxRPIDsForSetMinPINLength: number;
    /** uvAcfg: a token from fingerprint verification may change the configuration. */
    byFingerprint?: true;
    /** toggleAlwaysUv is supported. */
    toggleAlwaysUv?: true;
    longTouchForReset?: true;
  };
  /** `vendorFacilitatedRpIds`: relying parties that get vendor-facilitated enterprise attestation, CTAP 2.1 section 7.1. */
  enterpriseAttestation?: { vendorFacilitatedRpIds: readonly string[] };
  pinComplexity?: { preset: boolean; url?: string };
  /** Maximum PIN length in code points; default 63. */
  maxPINLength?: number;
  /** getInfo contains encIdentifier and encCredStoreState, for platforms with a persistent token. */
  encryptedIdentifiers?: true;
  /** Transports that accept a reset; absent means all. */
  transportsForReset?: readonly ('usb' | 'nfc' | 'ble')[];
}

/** Default of maxPINLength, CTAP 2.2 section 6.4. */
export const defaultMaxPinLength = 63;
