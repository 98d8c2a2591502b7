/** Causes in the verification of the user by the key: PIN and fingerprint (step S6). */
import { causesOf, when } from '../cause.ts';

export const pinCauses = causesOf('pin', [
  {
    id: 'pin-blocked',
    title: 'The PIN of the security key is blocked after too many wrong attempts.',
    advice: 'Reset the key, which deletes its passkeys, and set a new PIN; or use another key.',
    source: 'CTAP 2.1 section 6.5.5.7',
    predictions: [when(['key.pin'], (pin) => pin === 'blocked')],
    seen: { statuses: ['CTAP2_ERR_PIN_BLOCKED'], endings: ['pin-blocked'] },
  },
  {
    id: 'pin-locked',
    title: 'The PIN is locked after three wrong attempts in a row, until the key is connected again.',
    advice: 'Remove the key, connect it again, and enter the right PIN.',
    source: 'CTAP 2.1 section 6.5.5.7',
    predictions: [when(['key.pin'], (pin) => pin === 'locked')],
    seen: { statuses: ['CTAP2_ERR_PIN_AUTH_BLOCKED'], endings: ['pin-soft-locked'] },
  },
  {
    id: 'pin-must-change',
    title: 'The key demands a new PIN before it can be used.',
    advice: 'Change the PIN in the settings of the system or with the tool of the manufacturer.',
    source: 'CTAP 2.1 section 6.4 (forcePINChange)',
    predictions: [when(['key.pin'], (pin) => pin === 'must-change')],
  },
  {
    id: 'no-pin-set-up',
    title: 'The security key has no PIN, and this browser cannot set one up.',
    advice: 'Set a PIN in the settings of the system, with Chrome or Edge, or with the tool of the manufacturer.',
    source: 'Measured: Firefox does not set up a PIN',
    predictions: [
      when(
        ['policy.user-verification', 'key.pin', 'browser.name'],
        (required, pin, browser) => required === 'required' && pin === 'not-set' && browser === 'firefox',
      ),
    ],
    seen: { statuses: ['CTAP2_ERR_PIN_NOT_SET'] },
  },
  {
    id: 'user-verification-missing',
    title: 'The site requires a PIN or fingerprint, and the authenticator did not verify its user.',
    advice: 'Set a PIN on the key. If it has one, update the browser, or use another key.',
    source: 'WebAuthn L3 section 7.1 step 16',
    seen: { refusals: ['user-verification-missing'], isVague: true },
  },
  {
    id: 'pin-too-short',
    title: 'The new PIN does not meet the rules of the key.',
    advice: 'Choose a longer PIN: the key says how many characters it needs, at least 4 and at most 63 bytes.',
    source: 'CTAP 2.1 section 6.5.5.5',
    predictions: [
      when(
        ['key.pin', 'key.pin-length', 'key.min-pin-length'],
        (pin, length, least) => (pin === 'not-set' || pin === 'must-change') && length < least,
      ),
    ],
    seen: { statuses: ['CTAP2_ERR_PIN_POLICY_VIOLATION'] },
  },
  {
    id: 'pin-wrong',
    title: 'The PIN was wrong, and the user did not try again.',
    advice: 'Enter the PIN of the key, which is not the password or the PIN of the computer.',
    source: 'CTAP 2.1 section 6.5.5.7',
    seen: { statuses: ['CTAP2_ERR_PIN_INVALID'] },
  },
  {
    id: 'fingerprint-not-recognised',
    title: 'The key did not recognise the fingerprint.',
    advice: 'Use an enrolled finger, or enter the PIN of the key.',
    source: 'CTAP 2.1 section 6.5.5.7.3',
    seen: { statuses: ['CTAP2_ERR_UV_INVALID', 'CTAP2_ERR_UV_BLOCKED'], endings: ['not-recognised'] },
  },
]);
