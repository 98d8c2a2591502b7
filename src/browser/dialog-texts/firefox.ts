/** Texts of Firefox's own prompts, as shown by Firefox ESR 153. For PIN creation, which Firefox does not support, the texts are Chromium's. */
import type { DialogTexts } from '../dialog-texts.ts';
import { chromiumTexts } from './chromium.ts';

const touchPrompt = { title: '{site}', text: 'Touch your security key to continue with {site}.' };

export const firefoxTexts: DialogTexts = {
  ...chromiumTexts,
  connect: { title: '{site}', text: 'Insert your security key and touch it to continue with {site}.' },
  pin: {
    ...chromiumTexts.pin,
    enter: { title: '{site}', text: 'Please enter the PIN for your device.', fields: ['PIN'] },
  },
  pinProblems: { ...chromiumTexts.pinProblems, wrong: 'Incorrect PIN. Try again.' },
  fewRetries: 'You have {retries} attempts left before you permanently lose access to the credentials on this device.',
  presence: {
    register: touchPrompt,
    'sign-in': touchPrompt,
    'select-device': { title: '{site}', text: 'Multiple devices found. Touch the one that you want to use.' },
    'already-registered': touchPrompt,
    verify: touchPrompt,
  },
  review: { title: '{site}', text: 'Save a passkey for {user} on {key}.' },
  attestation: '{site} is requesting extended information about your security key, which may affect your privacy.',
  account: { title: '{site}', text: 'Multiple accounts found for {site}. Select which to use or cancel.' },
  ended: {
    ...chromiumTexts.ended,
    'already-registered': { title: '{site}', text: 'This device is already registered. Try a different device.' },
    'pin-soft-locked': { title: '{site}', text: 'PIN locked for now. Remove the device, insert it and try again.' },
    'pin-blocked': { title: '{site}', text: 'PIN blocked. The device must be reset.' },
  },
  buttons: { cancel: 'Cancel', next: 'Sign in', ok: 'Allow', close: 'Close' },
};
