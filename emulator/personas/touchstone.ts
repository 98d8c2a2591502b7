/** Touchstone's own keys with every feature of CTAP 2.3; large blobs exist in two forms, and a key has only one of them. */
import type { Persona } from './persona.ts';
import { touchstoneKey } from './security-keys.ts';

export const touchstoneComplete = {
  ...touchstoneKey,
  id: 'touchstone-complete',
  label: 'Touchstone complete CTAP 2.3 key',
  aaguid: '746f7563-6873-4f6e-a500-000000000023',
  source: 'own',
  extensions: [
    ...touchstoneKey.extensions,
    'credBlob',
    'largeBlobKey',
    'hmac-secret-mc',
    'pinComplexityPolicy',
    'thirdPartyPayment',
    'uvm',
  ],
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1', 'FIDO_2_3'],
  options: { ...touchstoneKey.options, alwaysUv: false },
  builtInUv: { uvModality: 0x02, maxUvRetries: 5, attempts: 3, survivesReset: false },
  otherAttestations: ['packed-self', 'fido-u2f'],
  features: {
    credentialManagement: { persistentReadOnly: true },
    bioEnrollment: {
      fingerprintKind: 1,
      maxTemplates: 5,
      samplesToEnroll: 3,
      maxFriendlyNameBytes: 32,
      byFingerprint: true,
    },
    largeBlobs: { maxSerializedLargeBlobArray: 2048 },
    config: {
      maxRPIDsForSetMinPINLength: 4,
      byFingerprint: true,
      toggleAlwaysUv: true,
      longTouchForReset: true,
    },
    enterpriseAttestation: { vendorFacilitatedRpIds: ['enterprise.example'] },
    pinComplexity: { preset: false, url: 'https://example.com/pin-policy' },
    encryptedIdentifiers: true,
    transportsForReset: ['usb'],
  },
} as const satisfies Persona;

const { largeBlobs: _, ...featuresWithoutLargeBlobs } = touchstoneComplete.features;

/** Stores large blobs with the extension largeBlob instead of the command authenticatorLargeBlobs. */
export const touchstoneLargeBlob = {
  ...touchstoneComplete,
  id: 'touchstone-large-blob',
  label: 'Touchstone complete CTAP 2.3 key with the extension largeBlob',
  aaguid: '746f7563-6873-4f6e-a500-000000000024',
  extensions: [
    ...touchstoneKey.extensions,
    'credBlob',
    'largeBlob',
    'hmac-secret-mc',
    'pinComplexityPolicy',
    'thirdPartyPayment',
    'uvm',
  ],
  features: featuresWithoutLargeBlobs,
} as const satisfies Persona;
