/** Authenticator extension identifiers, each with the section that defines it. @public */
export const extensions = {
  credProtect: { section: 'CTAP 2.1 section 12.1' },
  credBlob: { section: 'CTAP 2.1 section 12.2' },
  largeBlobKey: { section: 'CTAP 2.1 section 12.3' },
  minPinLength: { section: 'CTAP 2.1 section 12.4' },
  'hmac-secret': { section: 'CTAP 2.1 section 12.5' },
  'hmac-secret-mc': { section: 'CTAP 2.2 section 12' },
  thirdPartyPayment: { section: 'CTAP 2.2 section 12' },
  pinComplexityPolicy: { section: 'CTAP 2.2 section 12' },
  largeBlob: { section: 'CTAP 2.2 section 12' },
  uvm: { section: 'WebAuthn L2 section 10.3' },
} as const satisfies Record<string, { section: string }>;

export type ExtensionId = keyof typeof extensions;

/** The credentialProtectionPolicy values of WebAuthn, with their numbers in CTAP. */
export const credProtectPolicies = {
  userVerificationOptional: 1,
  userVerificationOptionalWithCredentialIDList: 2,
  userVerificationRequired: 3,
} as const;
