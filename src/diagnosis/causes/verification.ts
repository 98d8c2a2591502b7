/** Causes in the verification of the response by the site (WebAuthn L3 section 7.1), and in naming the passkey (step S8). */
import { type Reason, refusals } from '#relying-party/refusals.ts';
import { causesOf } from '../cause.ts';

/** Refusals of responses that a correct browser and key do not send: one of them is broken, or the response was changed. */
const malformedReasons = [
  'body-invalid',
  'client-data-invalid',
  'type-mismatch',
  'attestation-object-invalid',
  'auth-data-invalid',
  'public-key-invalid',
  'backup-state-invalid',
  'credential-id-invalid',
  'extensions-invalid',
  'user-presence-missing',
] as const satisfies readonly Reason[];

export const verificationCauses = causesOf('verification', [
  {
    id: 'challenge-expired',
    title: 'The user needed more time than the challenge of the site is valid.',
    advice: 'Start again, and finish without a pause.',
    source: refusals['challenge-expired'].section,
    seen: { refusals: ['challenge-expired'] },
  },
  {
    id: 'challenge-mismatch',
    title: 'The response belongs to another attempt, or was sent twice.',
    advice: 'Close other tabs of the site, and start again.',
    source: refusals['challenge-mismatch'].section,
    seen: { refusals: ['challenge-mismatch'] },
  },
  {
    id: 'origin-mismatch',
    title: 'The passkey was made at another address than the site expects.',
    advice: 'Open the site under its own address; behind a proxy, tell the site its public address.',
    source: refusals['origin-mismatch'].section,
    seen: { refusals: ['origin-mismatch', 'cross-origin', 'host-unknown'] },
  },
  {
    id: 'algorithm-not-allowed',
    title: 'The passkey has an algorithm that the site did not offer.',
    advice: 'Use another key, and report the model to its manufacturer.',
    source: refusals['algorithm-not-allowed'].section,
    seen: { refusals: ['algorithm-not-allowed'] },
  },
  {
    id: 'response-malformed',
    title: 'The browser or the authenticator sent a response that breaks the specification.',
    advice: 'Update browser and key. The refusal of the site says which part is wrong.',
    source: 'WebAuthn L3 section 7.1',
    seen: { refusals: malformedReasons },
  },
  {
    id: 'site-failed',
    title: 'The site failed on its own side.',
    advice: 'Look at the log of the site.',
    source: 'HTTP',
    seen: { refusals: ['internal-error', 'storage-full', 'storage-unavailable', 'csrf'] },
  },
]);

export const finishCauses = causesOf('finish', [
  {
    id: 'name-invalid',
    title: 'The name of the passkey is empty or too long.',
    advice: 'Choose a name of 1 to 64 characters.',
    source: refusals['name-invalid'].section,
    seen: { refusals: ['name-invalid'] },
  },
  {
    id: 'pending-gone',
    title: 'The passkey was not named in time. It is on the key, but the site did not save it.',
    advice: 'Delete it from the key if possible, then start again and choose a name right away.',
    source: refusals['pending-gone'].section,
    seen: { refusals: ['pending-gone'] },
  },
]);
