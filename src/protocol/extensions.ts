/** Authenticator extensions: identifier and the section of CTAP 2.1 that defines each. @public */
export const extensions = {
  credProtect: { section: '12.1' },
  minPinLength: { section: '12.4' },
  'hmac-secret': { section: '12.5' },
} as const satisfies Record<string, { section: string }>;

export type ExtensionId = keyof typeof extensions;

/** credentialProtectionPolicy values of WebAuthn and their numbers in CTAP. */
export const credProtectPolicies = {
  userVerificationOptional: 1,
  userVerificationOptionalWithCredentialIDList: 2,
  userVerificationRequired: 3,
} as const;
