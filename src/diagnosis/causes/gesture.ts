/** Causes in what the user does at the dialog and at the key (step S6). */
import { causesOf } from '../cause.ts';

export const gestureCauses = causesOf('gesture', [
  {
    id: 'cancelled',
    title: 'The user cancelled the dialog.',
    advice: 'Start again, and follow the dialog to its end.',
    source: 'WebAuthn L3 section 5.1.3 step 22',
    seen: { endings: ['cancelled'], isVague: true },
  },
  {
    id: 'page-aborted',
    title: 'The page aborted the attempt while the dialog was open.',
    advice: 'Do not leave or reload the page. If the page does it by itself, look at its script.',
    source: 'WebAuthn L3 section 5.1.3 (signal)',
    seen: { errors: ['AbortError'] },
  },
  {
    id: 'denied-at-key',
    title: 'The user refused the request at the key, or the key did.',
    advice: 'Start again, and confirm the request at the key.',
    source: 'CTAP 2.1 section 6.1.2',
    seen: { statuses: ['CTAP2_ERR_OPERATION_DENIED'], endings: ['denied-at-key'] },
  },
  {
    id: 'not-touched',
    title: 'The key was not touched in time.',
    advice: 'Start again, and touch the key when its light flashes.',
    source: 'CTAP 2.1 section 6.1.2 step 14',
    seen: {
      statuses: ['CTAP2_ERR_USER_ACTION_TIMEOUT', 'CTAP2_ERR_ACTION_TIMEOUT'],
      endings: ['timeout'],
      isVague: true,
    },
  },
]);
