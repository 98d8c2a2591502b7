/** The attestation statement format identifiers, each with the section of WebAuthn L3 that defines it. @public */
export const attestationFormats = {
  packed: { section: '8.2' },
  tpm: { section: '8.3' },
  'android-key': { section: '8.4' },
  'android-safetynet': { section: '8.5' },
  'fido-u2f': { section: '8.6' },
  none: { section: '8.7' },
  apple: { section: '8.8' },
  compound: { section: '8.9' },
} as const satisfies Record<string, { section: string }>;

export type AttestationFormatId = keyof typeof attestationFormats;
