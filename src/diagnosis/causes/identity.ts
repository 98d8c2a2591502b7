/** Causes at the gate of multifactor authentication (step S4), and of Temporary Access Passes. */
import { causesOf, when } from '../cause.ts';

const askForPass = 'Issue a new Temporary Access Pass to the user.';

export const identityCauses = causesOf('identity', [
  {
    id: 'throttled',
    title: 'There were too many wrong passwords, codes or passes.',
    advice: 'Wait a minute, then try again with the right one.',
    source: 'Flow step S4',
    seen: { refusals: ['throttled'] },
  },
  {
    id: 'sign-in-failed',
    title: 'The user name or password is wrong, or the session has ended.',
    advice: 'Sign in again.',
    source: 'Flow step S0',
    seen: { refusals: ['sign-in-failed', 'not-signed-in'] },
  },
  {
    id: 'tap-expired',
    title: 'The Temporary Access Pass has expired.',
    advice: askForPass,
    source: 'Temporary Access Pass',
    predictions: [when(['user.pass', 'user.app'], (pass, app) => pass === 'expired' && !app)],
    seen: { refusals: ['tap-expired'] },
  },
  {
    id: 'tap-used',
    title: 'The Temporary Access Pass was for one-time use and has been used.',
    advice: askForPass,
    source: 'Temporary Access Pass',
    predictions: [when(['user.pass', 'user.app'], (pass, app) => pass === 'used' && !app)],
    seen: { refusals: ['tap-used'] },
  },
  {
    id: 'tap-invalid',
    title: 'The Temporary Access Pass is wrong: mistyped, or replaced by a newer one.',
    advice: 'Check the pass. A new pass replaces the older one of the same user.',
    source: 'Temporary Access Pass',
    predictions: [when(['user.pass', 'user.app'], (pass, app) => pass === 'wrong' && !app)],
    seen: { refusals: ['tap-invalid'] },
  },
  {
    id: 'no-mfa-method',
    title: 'The user has no sign-in method for multifactor authentication.',
    advice: 'Let the user set up an authenticator app first, or issue a Temporary Access Pass.',
    source: 'Flow step S4',
    predictions: [when(['user.app', 'user.pass'], (app, pass) => !app && pass === 'none')],
    seen: { refusals: ['no-mfa-method'] },
  },
  {
    id: 'mfa-method-not-accepted',
    title: 'The organisation does not accept the method with which the user proves the identity.',
    advice: 'Let the user prove the identity with a method that policy.mfa.accept lists.',
    source: 'Flow step S4',
    predictions: [
      when(['policy.mfa', 'user.app', 'user.pass'], ({ accept }, app, pass) => {
        const has = [...(app ? ['totp' as const] : []), ...(pass === 'active' ? ['tap' as const] : [])];
        return accept !== undefined && has.length > 0 && !has.some((method) => accept.includes(method));
      }),
    ],
    seen: { refusals: ['mfa-method-not-accepted'] },
  },
  {
    id: 'totp-invalid',
    title: 'The code of the authenticator app is wrong.',
    advice: 'Check that the clock of the phone is right and that the code is the one of this account.',
    source: 'RFC 6238 section 5.2',
    seen: { refusals: ['totp-invalid'] },
  },
  {
    id: 'tap-window-over',
    title: 'The time in which a one-time pass lets its user register is over.',
    advice: 'Issue a new Temporary Access Pass, and add the passkey right after signing in.',
    source: 'Temporary Access Pass',
    predictions: [
      when(
        ['policy.tap', 'user.pass-used-ago'],
        (tap, ago) => tap['register-within'] !== undefined && ago >= tap['register-within'],
      ),
    ],
    seen: { refusals: ['tap-window-over'] },
  },
  {
    id: 'mfa-stale',
    title: 'The user proved the identity too long ago.',
    advice: 'Sign in with multifactor authentication again, then add the passkey without a pause.',
    source: 'Flow step S4',
    predictions: [
      when(
        ['policy.mfa', 'user.verified-ago'],
        (mfa, ago) => mfa['fresh-for'] !== undefined && ago >= mfa['fresh-for'],
      ),
    ],
    seen: { refusals: ['mfa-stale'] },
  },
  {
    id: 'mfa-required',
    title: 'The user has not proved the identity with multifactor authentication.',
    advice: 'Sign in with multifactor authentication before adding a passkey.',
    source: 'Flow step S4',
    seen: { refusals: ['mfa-required'] },
  },
  {
    id: 'pass-not-issued',
    title:
      'The Temporary Access Pass was not issued, because its lifetime or length is outside the limits of the policy.',
    advice: 'Issue a pass within the limits, or change the limits.',
    source: 'Temporary Access Pass',
    seen: { refusals: ['tap-lifetime', 'tap-length'] },
  },
]);
