/** Refusals of what the browser sent: challenge, origin and malformed members (WebAuthn L3 section 7.1), and of naming (step S8). */
import { type RefusalRow, type RefusalTable, registrationStep, tryAgain } from './row.ts';

/** The browser or the authenticator sent `what` in a form that breaks the specification at `steps`. */
const malformed = (what: string, steps: string): RefusalRow => ({
  http: 400,
  why: `Your browser or authenticator sent ${what} that we can't accept.`,
  advice: tryAgain,
  section: registrationStep(steps),
});

export const ceremonyRefusals = {
  'challenge-expired': {
    http: 400,
    why: 'Setting up the passkey took too long.',
    advice: 'Start again.',
    section: registrationStep('step 8'),
  },
  'challenge-mismatch': {
    http: 400,
    why: 'This response doesn’t belong to a set-up you started here.',
    advice: 'Start again.',
    section: registrationStep('step 8'),
  },
  'origin-mismatch': {
    http: 400,
    why: 'The passkey was made for a different web site.',
    advice: 'Open this site directly and try again.',
    section: registrationStep('step 9'),
  },
  'cross-origin': {
    http: 400,
    why: 'The passkey was made inside another web site’s page.',
    advice: 'Open this site directly and try again.',
    section: registrationStep('steps 10-11'),
  },
  'rp-id-mismatch': {
    http: 400,
    why: 'The passkey was made for a different web site.',
    advice: 'Open this site directly and try again.',
    section: registrationStep('step 14'),
  },
  'body-invalid': malformed('a response', 'step 3'),
  'body-too-large': { http: 413, why: 'That request is too large.', advice: tryAgain, section: 'HTTP' },
  'content-type': { http: 415, why: 'That request has the wrong content type.', advice: tryAgain, section: 'HTTP' },
  'client-data-invalid': malformed('client data', 'steps 5-6'),
  'type-mismatch': malformed('a response of the wrong type', 'step 7'),
  'attestation-object-invalid': malformed('an attestation object', 'step 13'),
  'auth-data-invalid': malformed('authenticator data', 'step 13'),
  'public-key-invalid': malformed('a public key', 'step 20'),
  'backup-state-invalid': malformed('backup flags', 'step 17'),
  'credential-id-invalid': malformed('a credential id', 'step 25'),
  'extensions-invalid': malformed('extension outputs', 'step 28'),
  'name-invalid': { http: 400, why: 'A name has 1 to 64 characters.', advice: 'Choose another name.', section: 'S8' },
  'pending-gone': {
    http: 409,
    why: 'This passkey waited too long for its name and wasn’t saved.',
    advice: 'Delete it from your security key if you can, then start again.',
    section: 'S8',
  },
} as const satisfies RefusalTable;
