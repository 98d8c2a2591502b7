/** Refusals of a sign-in with a passkey (WebAuthn L3 section 7.2). */
import { askAdministrator, type RefusalTable, tryAgain } from './row.ts';

export const passkeySignInRefusals = {
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
    advice: askAdministrator,
    section: 'WebAuthn L3 7.2 step 22',
  },
} as const satisfies RefusalTable;
