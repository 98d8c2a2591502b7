/** What can be managed on an authenticator model, CTAP 2.1 sections 6.7 to 6.11 and CTAP 2.2: absent is not supported. */

export interface ManagementFeatures {
  credentialManagement?: {
    /** perCredMgmtRO: a permission that only reads and outlives the power (CTAP 2.2). */
    persistentReadOnly?: true;
  };
  /** A fingerprint sensor; it needs `builtInUv`. */
  bioEnrollment?: {
    /** 1: touch, 2: swipe. */
    fingerprintKind: 1 | 2;
    maxTemplates: number;
    samplesToEnroll: number;
    maxFriendlyNameBytes: number;
    /** uvBioEnroll: a fingerprint may authorise the enrollment of another. */
    byFingerprint?: true;
  };
  largeBlobs?: { maxSerializedLargeBlobArray: number };
  config?: {
    maxRPIDsForSetMinPINLength: number;
    /** uvAcfg: a fingerprint may authorise configuration. */
    byFingerprint?: true;
    /** alwaysUv can be switched; else it stays as it is. */
    toggleAlwaysUv?: true;
    longTouchForReset?: true;
  };
  /** Relying parties whose vendor-facilitated enterprise attestation is built in, CTAP 2.1 section 7.1. */
  enterpriseAttestation?: { vendorFacilitatedRpIds: readonly string[] };
  pinComplexity?: { preset: boolean; url?: string };
  /** Code points; 63 when absent. */
  maxPINLength?: number;
  /** encIdentifier and encCredStoreState, for platforms that hold a persistent token. */
  encryptedIdentifiers?: true;
  /** Absent: by every transport. */
  transportsForReset?: readonly ('usb' | 'nfc' | 'ble')[];
}

/** CTAP 2.2 section 6.4, maxPINLength. */
export const defaultMaxPinLength = 63;
