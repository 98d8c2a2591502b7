/** Attestation statement format identifiers: the table, with the section of WebAuthn L3 that defines each. @public */
export const attestationFormats = {
  packed: { section: '8.2' },
  'fido-u2f': { section: '8.6' },
  none: { section: '8.7' },
} as const satisfies Record<string, { section: string }>;

export type AttestationFormatId = keyof typeof attestationFormats;
