/** Refusals before registration: the address, the store, sign-in, sessions, roles, and users who may not add passkeys (steps S0 to S2). */
import { askAdministrator, type RefusalTable, tryAgain } from './row.ts';

export const accessRefusals = {
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
    advice: askAdministrator,
    section: 'administration',
  },
  'upgrade-off': {
    http: 403,
    why: 'Your organisation doesn’t let browsers create passkeys by themselves.',
    advice: 'Add a passkey in Security info.',
    section: 'S2',
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
  'host-unknown': {
    http: 421,
    why: 'This portal isn’t served under this address.',
    advice: 'Open it under the address that it was started with.',
    section: 'HTTP',
  },
  'storage-full': {
    http: 507,
    why: 'We couldn’t save your change: there is no space left.',
    advice: tryAgain,
    section: 'store',
  },
  'storage-unavailable': {
    http: 503,
    why: 'We can’t reach our data at the moment.',
    advice: tryAgain,
    section: 'store',
  },
  'internal-error': { http: 500, why: 'Something went wrong on our side.', advice: tryAgain, section: 'HTTP' },
  'self-service-off': {
    http: 403,
    why: 'Your organisation doesn’t let people add passkeys themselves.',
    advice: askAdministrator,
    section: 'S2',
  },
  'passkeys-off': {
    http: 403,
    why: 'Passkeys aren’t turned on for your account.',
    advice: askAdministrator,
    section: 'S2',
  },
  'user-excluded': {
    http: 403,
    why: 'Your account is in a group that can’t use passkeys.',
    advice: askAdministrator,
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
} as const satisfies RefusalTable;
