/** Refusals of multifactor authentication (step S4), of Temporary Access Passes, and of a policy that an administrator edits. */
import type { RefusalTable } from './row.ts';

export const mfaRefusals = {
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
    why: 'With a one-time pass you have 10 minutes after signing in to add a passkey. This time is over.',
    advice: 'Ask your administrator for a new Temporary Access Pass.',
    section: 'TAP',
  },
  'tap-lifetime': {
    http: 400,
    why: 'The lifetime is outside the limits that the policy sets.',
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
    why: 'The policy can’t be saved because some settings aren’t valid.',
    advice: 'Correct the marked settings.',
    section: 'policy',
  },
} as const satisfies RefusalTable;
