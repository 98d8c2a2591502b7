/** Texts of the bottom sheet of Android. */
import type { DialogTexts } from '../dialog-texts.ts';

const useKey = 'Use your security key with {site}';
const failed = 'Your passkey couldn’t be created';

export const androidTexts: DialogTexts = {
  choose: { title: 'Create a passkey to sign in to {site}?', text: 'Choose where to save it.' },
  kinds: { 'this-device': 'This device', 'security-key': 'Security key', phone: 'Another phone or tablet' },
  connect: {
    title: useKey,
    text: 'Connect your security key by USB, or hold it flat against the back of your device.',
  },
  pin: {
    set: { title: 'Set a PIN', text: 'Your security key needs a PIN.', fields: ['New PIN', 'Confirm new PIN'] },
    change: { title: 'Set a PIN', text: 'Your security key needs a new PIN.', fields: ['New PIN', 'Confirm new PIN'] },
    enter: { title: 'PIN required', text: 'Enter the PIN of your security key.', fields: ['Security key PIN'] },
  },
  pinProblems: {
    wrong: 'Wrong PIN',
    'too-short': 'PIN must have at least {min} characters',
    'too-long': 'PIN is too long',
    'refused-by-policy': 'Your security key doesn’t accept this PIN',
  },
  fewRetries: '{retries} attempts left',
  presence: {
    register: { title: useKey, text: 'Touch your security key, or keep it against the back of your device.' },
    'sign-in': { title: useKey, text: 'Touch your security key to sign in.' },
    'select-device': { title: useKey, text: 'Touch the security key that you want to use.' },
    'already-registered': { title: useKey, text: 'Touch your security key.' },
    verify: { title: useKey, text: 'Touch your security key.' },
  },
  fingerprint: 'Touch the fingerprint sensor of your security key.',
  review: { title: 'Create passkey?', text: 'A passkey for {user} will be saved on {key}.' },
  attestation: '{site} will see the make and model of your security key.',
  account: { title: 'Choose a passkey for {site}', text: '' },
  ended: {
    'already-registered': { title: failed, text: 'This security key already has a passkey for {site}.' },
    'pin-soft-locked': {
      title: failed,
      text: 'Too many wrong PINs. Disconnect the security key, connect it and try again.',
    },
    'pin-blocked': { title: failed, text: 'Too many wrong PINs. The security key has to be reset.' },
    'device-unsuitable': { title: failed, text: 'This security key can’t be used with {site}.' },
    'storage-full': { title: failed, text: 'The security key has no space for another passkey.' },
    timeout: { title: failed, text: 'The request took too long.' },
    'key-removed': { title: failed, text: 'The security key was disconnected.' },
    'not-recognised': { title: 'No passkeys available', text: 'The security key has no passkey for {site}.' },
    'denied-at-key': { title: failed, text: 'The request was refused on the security key.' },
    'device-error': { title: failed, text: 'The security key couldn’t be used.' },
  },
  buttons: { cancel: 'Cancel', next: 'Next', ok: 'Create', close: 'Close' },
};
