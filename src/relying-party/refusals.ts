/** Every reason for which the portal says no: one table of reason code, HTTP status, the user's sentences, and where the rule stands. */

export interface RefusalRow {
  http: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429;
  /** Why, in words for the user. */
  why: string;
  /** What the user can do about it. */
  advice: string;
  section: string;
}

const tryAgain = 'Try again. If it keeps happening, contact your administrator.';
const askAdmin = 'Contact your administrator.';
const otherKey = 'Try a different security key or device, or ask your administrator which ones are allowed.';
const verification = 'WebAuthn L3 7.1';

const malformed = (what: string, step: string): RefusalRow => ({
  http: 400,
  why: `Your browser or authenticator sent ${what} that we can't accept.`,
  advice: tryAgain,
  section: `${verification} ${step}`,
});

export const refusals = {
  // Who may register
  'not-signed-in': {
    http: 401,
    why: 'You’re not signed in, or your session has ended.',
    advice: 'Sign in and try again.',
    section: 'S0',
  },
  'sign-in-failed': {
    http: 401,
    why: 'That user name or password is wrong.',
    advice: 'Check both and try again.',
    section: 'S0',
  },
  throttled: {
    http: 429,
    why: 'There were too many failed attempts.',
    advice: 'Wait a minute, then try again.',
    section: 'S0',
  },
  'not-administrator': {
    http: 403,
    why: 'Your account doesn’t have the administrator role this page needs.',
    advice: askAdmin,
    section: 'administration',
  },
  'not-found': {
    http: 404,
    why: 'We couldn’t find what you’re looking for.',
    advice: 'Go back to Security info.',
    section: 'S1',
  },
  csrf: {
    http: 403,
    why: 'This request didn’t come from a page of this site, or the page is out of date.',
    advice: 'Reload the page and try again.',
    section: 'session',
  },
  'self-service-off': {
    http: 403,
    why: 'Your organisation doesn’t let people add passkeys themselves.',
    advice: askAdmin,
    section: 'S2',
  },
  'passkeys-off': { http: 403, why: 'Passkeys aren’t turned on for your account.', advice: askAdmin, section: 'S2' },
  'user-excluded': {
    http: 403,
    why: 'Your account is in a group that can’t use passkeys.',
    advice: askAdmin,
    section: 'S2',
  },
  guest: {
    http: 403,
    why: 'Guest accounts can’t add sign-in methods here.',
    advice: 'Add the passkey in your home organisation.',
    section: 'S2',
  },
  'too-many-passkeys': {
    http: 409,
    why: 'You already have as many passkeys as your organisation allows.',
    advice: 'Delete one you no longer use, then try again.',
    section: 'S2',
  },
  // Multifactor authentication
  'mfa-required': {
    http: 403,
    why: 'Before you can change how you sign in, we need to verify that it’s you.',
    advice: 'Sign in with multifactor authentication.',
    section: 'S4',
  },
  'mfa-stale': {
    http: 403,
    why: 'You verified your identity too long ago to change how you sign in.',
    advice: 'Verify your identity again.',
    section: 'S4',
  },
  'no-mfa-method': {
    http: 403,
    why: 'You don’t have a sign-in method that can verify your identity yet.',
    advice: 'Set up an authenticator app first, or ask your administrator for a Temporary Access Pass.',
    section: 'S4',
  },
  'totp-invalid': {
    http: 403,
    why: 'That code didn’t work.',
    advice: 'Check the current code in your authenticator app and try again.',
    section: 'S4',
  },
  'mfa-method-not-accepted': {
    http: 403,
    why: 'Your organisation doesn’t accept this way of verifying your identity.',
    advice: 'Choose another way.',
    section: 'S4',
  },
  'tap-invalid': {
    http: 403,
    why: 'That Temporary Access Pass isn’t right.',
    advice: 'Check it and try again, or ask your administrator for a new one.',
    section: 'TAP',
  },
  'tap-expired': {
    http: 403,
    why: 'That Temporary Access Pass has expired.',
    advice: 'Ask your administrator for a new one.',
    section: 'TAP',
  },
  'tap-used': {
    http: 403,
    why: 'That Temporary Access Pass was for one-time use and has been used.',
    advice: 'Ask your administrator for a new one.',
    section: 'TAP',
  },
  'tap-window-over': {
    http: 403,
    why: 'With a one-time pass you have 10 minutes after signing in to add a passkey. They have passed.',
    advice: 'Ask your administrator for a new Temporary Access Pass.',
    section: 'TAP',
  },
  'tap-lifetime': {
    http: 400,
    why: 'The lifetime is outside the limits of the policy.',
    advice: 'Choose a lifetime within the limits.',
    section: 'TAP',
  },
  'tap-length': {
    http: 400,
    why: 'A Temporary Access Pass has 8 to 48 characters.',
    advice: 'Choose a length within the limits.',
    section: 'TAP',
  },
  'tap-guest': {
    http: 403,
    why: 'A Temporary Access Pass can’t be issued to a guest.',
    advice: 'Ask the guest’s home organisation.',
    section: 'TAP',
  },
  'policy-invalid': {
    http: 400,
    why: 'The policy can’t be saved as it stands.',
    advice: 'Correct the marked settings.',
    section: 'policy',
  },
  // What may be registered
  'security-keys-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow security keys.',
    advice: 'Save the passkey on this device instead.',
    section: 'S5',
  },
  'this-device-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow passkeys that are kept in a computer or phone.',
    advice: 'Use a security key instead.',
    section: 'S5',
  },
  'synced-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow passkeys that are synced between devices.',
    advice: 'Use a security key or another place to save the passkey.',
    section: 'S5',
  },
  'authenticator-kind-unknown': {
    http: 400,
    why: 'We couldn’t tell where your browser saved the passkey, and your organisation restricts that.',
    advice: 'Try another browser.',
    section: 'S5',
  },
  'aaguid-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow this model of security key or passkey provider.',
    advice: otherKey,
    section: 'key restrictions',
  },
  'attestation-required': {
    http: 400,
    why: 'Your organisation requires proof of the security key’s make and model, and it gave none.',
    advice: 'When your browser asks to see the make and model, allow it. Otherwise use a different key.',
    section: `${verification} step 24`,
  },
  'attestation-untrusted': {
    http: 400,
    why: 'The security key’s proof of make and model doesn’t lead to a manufacturer your organisation trusts.',
    advice: otherKey,
    section: `${verification} step 24`,
  },
  'attestation-invalid': {
    http: 400,
    why: 'The security key’s proof of make and model isn’t valid.',
    advice: otherKey,
    section: `${verification} step 22`,
  },
  'attestation-format-unknown': {
    http: 400,
    why: 'The security key proves its make and model in a way we don’t know.',
    advice: otherKey,
    section: `${verification} step 21`,
  },
  'user-verification-missing': {
    http: 400,
    why: 'Your organisation requires a PIN or biometric, and the authenticator didn’t ask for one.',
    advice: 'Set a PIN on the security key, then try again.',
    section: `${verification} step 16`,
  },
  'user-presence-missing': {
    http: 400,
    why: 'The authenticator didn’t confirm that you were present.',
    advice: tryAgain,
    section: `${verification} step 15`,
  },
  'already-registered': {
    http: 409,
    why: 'This passkey is already registered.',
    advice: 'Use a different security key or device.',
    section: `${verification} step 26`,
  },
  'algorithm-not-allowed': {
    http: 400,
    why: 'The passkey uses a kind of key we didn’t ask for.',
    advice: otherKey,
    section: `${verification} step 20`,
  },
  // The ceremony
  'challenge-expired': {
    http: 400,
    why: 'Setting up the passkey took too long.',
    advice: 'Start again.',
    section: `${verification} step 8`,
  },
  'challenge-mismatch': {
    http: 400,
    why: 'The answer doesn’t belong to a set-up you started here.',
    advice: 'Start again.',
    section: `${verification} step 8`,
  },
  'origin-mismatch': {
    http: 400,
    why: 'The passkey was made for a different web site.',
    advice: 'Open this site directly and try again.',
    section: `${verification} step 9`,
  },
  'cross-origin': {
    http: 400,
    why: 'The passkey was made inside another web site’s page.',
    advice: 'Open this site directly and try again.',
    section: `${verification} steps 10-11`,
  },
  'rp-id-mismatch': {
    http: 400,
    why: 'The passkey was made for a different web site.',
    advice: 'Open this site directly and try again.',
    section: `${verification} step 14`,
  },
  'body-invalid': malformed('an answer', 'step 3'),
  'body-too-large': { http: 413, why: 'That request is too large.', advice: tryAgain, section: 'HTTP' },
  'content-type': { http: 415, why: 'That request has the wrong content type.', advice: tryAgain, section: 'HTTP' },
  'client-data-invalid': malformed('client data', 'steps 5-6'),
  'type-mismatch': malformed('an answer of the wrong type', 'step 7'),
  'attestation-object-invalid': malformed('an attestation object', 'step 13'),
  'auth-data-invalid': malformed('authenticator data', 'step 13'),
  'public-key-invalid': malformed('a public key', 'step 20'),
  'backup-state-invalid': malformed('backup flags', 'step 17'),
  'credential-id-invalid': malformed('a credential id', 'step 25'),
  'extensions-invalid': malformed('extension outputs', 'step 28'),
  // Naming
  'name-invalid': { http: 400, why: 'A name has 1 to 64 characters.', advice: 'Choose another name.', section: 'S8' },
  'pending-gone': {
    http: 409,
    why: 'This passkey waited too long for its name and wasn’t saved.',
    advice: 'Delete it from your security key if you can, then start again.',
    section: 'S8',
  },
  // Sign-in with a passkey
  'credential-unknown': {
    http: 401,
    why: 'We don’t know this passkey.',
    advice: 'Sign in another way.',
    section: 'WebAuthn L3 7.2 step 6',
  },
  'signature-invalid': {
    http: 401,
    why: 'The passkey’s signature isn’t right.',
    advice: tryAgain,
    section: 'WebAuthn L3 7.2 step 21',
  },
  'counter-went-back': {
    http: 401,
    why: 'This passkey may have been copied.',
    advice: askAdmin,
    section: 'WebAuthn L3 7.2 step 22',
  },
} as const satisfies Record<string, RefusalRow>;

export type Reason = keyof typeof refusals;

/** A refusal is a value: why (code), and what exactly was found (for the log and for engineers, not for the user). */
export interface Refused {
  accepted: false;
  reason: Reason;
  detail: string;
}

export const refuse = (reason: Reason, detail = ''): Refused => ({ accepted: false, reason, detail });

/** Ends a chain of checks inside a room; its door turns it into the value. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: Reason;
  readonly detail: string;
  constructor(reason: Reason, detail = '', options?: ErrorOptions) {
    super(detail === '' ? reason : `${reason}: ${detail}`, options);
    this.reason = reason;
    this.detail = detail;
  }
}

/** Runs `work`; a `Refusal` it throws becomes the refused value, every other error stays an error. */
export async function refusable<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.reason, error.detail);
    throw error;
  }
}
