import { describe, expect, it } from 'vitest';
import { firefoxPrompt } from './firefox-prompts.ts';
import type { KeyStatus } from './native-prompt.ts';

const key: KeyStatus = { connected: true, hasPin: true, pinBlocked: false };
const asked = (title: string, sees = key) => firefoxPrompt({ title, texts: [] }, sees);

describe("Firefox's prompts", () => {
  it('ask for nothing while none is open', () => {
    expect(firefoxPrompt(undefined, key)).toBeUndefined();
  });

  it.each([
    'Please enter the PIN for your device.',
    'Incorrect PIN. Try again.',
    'Incorrect PIN. You have 1 attempt left before you permanently lose access to the credentials on this device.',
  ])('ask for the PIN: %s', (title) => {
    expect(asked(title)).toEqual({ kind: 'pin', pin: { kind: 'enter' } });
  });

  it('ask for a touch, or for a key where none is plugged in', () => {
    const title = 'Touch your security key to continue with localhost.';
    expect(asked(title)).toEqual({ kind: 'presence' });
    expect(asked(title, { ...key, connected: false })).toEqual({ kind: 'connect' });
  });

  it('ask whether the site may learn make and model of the key, and name the buttons', () => {
    const title =
      'localhost is requesting extended information about your security key, which may affect your privacy.';
    expect(asked(title)).toEqual({ kind: 'review', ok: 'Allow', cancel: 'Block' });
  });

  it.each([
    ['This device is already registered. Try a different device.', 'already-registered'],
    [
      'User verification failed on localhost. There were too many failed attempts in a row and PIN authentication has been temporarily blocked. Your device needs a power cycle (unplug and re-insert).',
      'pin-soft-locked',
    ],
    [
      'User verification failed on localhost. There are no attempts left and your device has been locked, because the wrong PIN was provided too many times. The device needs a reset.',
      'pin-blocked',
    ],
    ['User verification failed on localhost. You may need to set a PIN on your device.', 'device-unsuitable'],
  ])('say why it ended: %s', (title, reason) => {
    expect(asked(title)).toEqual({ kind: 'ended', reason });
  });

  it('are left alone where they are not known', () => {
    expect(asked('Save this password?')).toBeUndefined();
  });
});
