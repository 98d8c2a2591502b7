/** Texts of the dialog of Windows, which every browser on Windows uses. */
import type { DialogTexts } from '../dialog-texts.ts';

const setupTitle = 'Security key setup';
const failed = 'Something went wrong';

export const windowsTexts: DialogTexts = {
  choose: { title: 'Choose where to save your passkey', text: 'Save a passkey for {site}.' },
  kinds: {
    'this-device': 'This Windows device',
    'security-key': 'Security key',
    phone: 'iPhone, iPad or Android device',
  },
  connect: { title: setupTitle, text: 'Insert your security key into the USB port.' },
  pin: {
    set: { title: setupTitle, text: 'Create a PIN for this security key.', fields: ['New PIN', 'Confirm new PIN'] },
    change: {
      title: setupTitle,
      text: 'The PIN of this security key has to be changed before it can be used.',
      fields: ['New PIN', 'Confirm new PIN'],
    },
    enter: { title: 'Making sure it’s you', text: 'Please enter your security key PIN.', fields: ['Security key PIN'] },
  },
  pinProblems: {
    wrong: 'The PIN is incorrect. Try again.',
    'too-short': 'Your PIN must be at least {min} characters long.',
    'too-long': 'Your PIN is too long for this security key.',
    'refused-by-policy': 'Your security key does not accept this PIN. Try a different one.',
  },
  fewRetries: '{retries} tries left before the security key is locked.',
  presence: {
    register: { title: setupTitle, text: 'Touch your security key.' },
    'sign-in': { title: 'Making sure it’s you', text: 'Touch your security key to sign in to {site}.' },
    'select-device': { title: setupTitle, text: 'Touch the security key that you want to use.' },
    'already-registered': { title: setupTitle, text: 'Touch your security key.' },
    verify: { title: 'Making sure it’s you', text: 'Touch your security key.' },
  },
  fingerprint: 'Scan your finger on the security key.',
  review: { title: setupTitle, text: 'Set up your security key to sign in to {site} as {user}.' },
  attestation: 'This lets {site} see the make and model of your security key.',
  account: { title: 'Sign in with a passkey', text: 'Choose a passkey for {site}.' },
  ended: {
    'already-registered': {
      title: failed,
      text: 'This security key is already set up for {site}. Try a different one.',
    },
    'pin-soft-locked': {
      title: failed,
      text: 'You’ve entered an incorrect PIN too many times. Remove the security key, insert it and try again.',
    },
    'pin-blocked': {
      title: failed,
      text: 'Your security key is locked because an incorrect PIN was entered too many times. It has to be reset.',
    },
    'device-unsuitable': { title: failed, text: 'This security key can’t be used with {site}. Try a different one.' },
    'storage-full': { title: failed, text: 'There isn’t enough space for another passkey on this security key.' },
    timeout: { title: failed, text: 'The operation took too long.' },
    'key-removed': { title: failed, text: 'The security key was removed before the operation was done.' },
    'not-recognised': { title: failed, text: 'This security key doesn’t look familiar. Please try a different one.' },
    'denied-at-key': { title: failed, text: 'The operation was refused on the security key.' },
    'device-error': { title: failed, text: 'The security key couldn’t be read. Remove it, insert it and try again.' },
  },
  buttons: { cancel: 'Cancel', next: 'Next', ok: 'OK', close: 'Close' },
};
