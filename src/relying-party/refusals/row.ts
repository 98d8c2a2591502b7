/** One row of the table of refusals, and the texts that several rows share. */

export interface RefusalRow {
  http: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 429 | 500 | 503 | 507;
  /** Explains the refusal to the user. */
  why: string;
  /** What the user can do about it. */
  advice: string;
  /** Where the rule is defined: a step of the flow (S0 to S9), a section of a specification, or a part of the portal. */
  section: string;
}

export type RefusalTable = Record<string, RefusalRow>;

export const tryAgain = 'Try again. If it keeps happening, contact your administrator.';
export const askAdministrator = 'Contact your administrator.';
export const tryOtherAuthenticator =
  'Try a different security key or device, or ask your administrator which ones are allowed.';

/** Returns the reference to steps of "Registering a New Credential". */
export const registrationStep = <Steps extends string>(steps: Steps) => `WebAuthn L3 7.1 ${steps}` as const;
