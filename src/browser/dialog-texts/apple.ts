/** Texts of the sheet of macOS and iOS. */
import type { DialogTexts } from '../dialog-texts.ts';

const keyTitle = 'Security key';
const failed = 'The passkey couldn’t be saved';

export const appleTexts: DialogTexts = {
  choose: { title: 'Save a passkey?', text: 'Choose where to save the passkey for “{site}”.' },
  kinds: {
    'this-device': 'Passwords on this device',
    'security-key': 'Security key',
    phone: 'iPhone, iPad or Android device',
  },
  connect: { title: keyTitle, text: 'Insert and activate your security key to continue.' },
  pin: {
    set: {
      title: 'Set a PIN',
      text: 'A PIN is required. Create one for your security key.',
      fields: ['PIN', 'Verify PIN'],
    },
    change: { title: 'Set a PIN', text: 'Your security key requires a new PIN.', fields: ['PIN', 'Verify PIN'] },
    enter: { title: 'Enter PIN', text: 'Enter the PIN for your security key.', fields: ['PIN'] },
  },
  pinProblems: {
    wrong: 'The PIN is incorrect.',
    'too-short': 'The PIN must have at least {min} characters.',
    'too-long': 'The PIN is too long.',
    'refused-by-policy': 'The security key doesn’t accept this PIN.',
  },
  fewRetries: '{retries} attempts remaining.',
  presence: {
    register: { title: keyTitle, text: 'Activate your security key to save a passkey for “{site}”.' },
    'sign-in': { title: keyTitle, text: 'Activate your security key to sign in to “{site}”.' },
    'select-device': { title: keyTitle, text: 'Activate the security key that you want to use.' },
    'already-registered': { title: keyTitle, text: 'Activate your security key.' },
    verify: { title: keyTitle, text: 'Activate your security key.' },
  },
  fingerprint: 'Place your finger on the security key.',
  review: { title: 'Save a passkey?', text: 'A passkey for “{user}” will be saved on {key}.' },
  attestation: '“{site}” will see the make and model of your security key.',
  account: { title: 'Sign in', text: 'Choose the account for “{site}”.' },
  ended: {
    'already-registered': { title: failed, text: 'This security key already has a passkey for “{site}”.' },
    'pin-soft-locked': {
      title: failed,
      text: 'Too many incorrect attempts. Remove the security key and insert it again.',
    },
    'pin-blocked': { title: failed, text: 'Too many incorrect attempts. The security key must be reset.' },
    'device-unsuitable': { title: failed, text: 'This security key can’t be used with “{site}”.' },
    'storage-full': { title: failed, text: 'The security key is full.' },
    timeout: { title: failed, text: 'The request took too long.' },
    'key-removed': { title: failed, text: 'The security key was removed.' },
    'not-recognised': { title: 'No passkey found', text: 'The security key has no passkey for “{site}”.' },
    'denied-at-key': { title: failed, text: 'The request was refused on the security key.' },
    'device-error': { title: failed, text: 'The security key couldn’t be used.' },
  },
  buttons: { cancel: 'Cancel', next: 'Continue', ok: 'Continue', close: 'Close' },
};
