/** Texts of Chromium's own dialog, as shown by Chromium 156 on Linux. Chromium uses it where the system has no dialog. */
import type { DialogTexts } from '../dialog-texts.ts';

const useKey = 'Use your security key with {site}';
const failed = 'Something went wrong';
const unsuitable = 'Your device can’t be used with this site';

export const chromiumTexts: DialogTexts = {
  choose: { title: 'Choose where to save your passkey for {site}', text: '' },
  kinds: { 'this-device': 'This device', 'security-key': 'USB security key', phone: 'Use a phone or tablet' },
  connect: { title: useKey, text: 'Insert your security key and touch it' },
  pin: {
    set: { title: 'PIN required', text: 'Set up a new PIN for your security key', fields: ['PIN', 'Confirm PIN'] },
    change: {
      title: 'PIN required',
      text: 'To use your new security key, set a new PIN',
      fields: ['PIN', 'Confirm PIN'],
    },
    enter: { title: 'PIN required', text: 'Enter the PIN for your security key', fields: ['PIN'] },
  },
  pinProblems: {
    wrong: 'Incorrect PIN',
    'too-short': 'PIN must be at least {min} characters',
    'too-long': 'PIN is too long',
    'refused-by-policy': 'This PIN is not allowed by your security key',
  },
  fewRetries: 'You have {retries} attempts remaining.',
  presence: {
    register: { title: useKey, text: 'Touch your security key again to complete the request.' },
    'sign-in': { title: useKey, text: 'Touch your security key to sign in.' },
    'select-device': { title: useKey, text: 'Insert your security key and touch it' },
    'already-registered': { title: useKey, text: 'Touch your security key' },
    verify: { title: useKey, text: 'Touch your security key' },
  },
  fingerprint: 'Touch the fingerprint sensor of your security key.',
  review: { title: useKey, text: 'Save a passkey for {user} on {key}.' },
  attestation: '{site} will learn the make and model of your security key',
  account: { title: 'Choose a passkey', text: 'These passkeys for {site} are stored on your security key.' },
  ended: {
    'already-registered': {
      title: 'Try a different device',
      text: 'You already registered this device. You don’t have to register it again.',
    },
    'pin-soft-locked': {
      title: failed,
      text: 'The security key is locked because the wrong PIN was entered too many times. To unlock it, remove and reinsert it.',
    },
    'pin-blocked': {
      title: failed,
      text: 'The security key is locked because the wrong PIN was entered too many times. You’ll need to reset the security key.',
    },
    'device-unsuitable': { title: unsuitable, text: '{site} may require a newer or different kind of device.' },
    'storage-full': { title: unsuitable, text: 'Your security key doesn’t have enough space for any more passkeys.' },
    timeout: { title: failed, text: 'The request timed out.' },
    'key-removed': { title: failed, text: 'The security key was removed.' },
    'not-recognised': {
      title: 'Try a different security key',
      text: 'This security key isn’t registered with {site}.',
    },
    'denied-at-key': { title: failed, text: 'The request was refused on the security key.' },
    'device-error': { title: failed, text: 'The security key didn’t answer as expected.' },
  },
  buttons: { cancel: 'Cancel', next: 'Next', ok: 'Continue', close: 'Close' },
};
