import { describe, expect, it } from 'vitest';
import { firefoxPrompt } from './firefox-prompts.ts';
import type { KeyStatus } from './native-prompt.ts';

const key: KeyStatus = { connected: true, hasPin: true, pinBlocked: false };
const read = (title: string, status = key) => firefoxPrompt({ title, texts: [] }, status);

describe('firefoxPrompt()', () => {
  it('returns undefined when no prompt is open', () => {
    expect(firefoxPrompt(undefined, key)).toBeUndefined();
  });

  it.each([
    'Please enter the PIN for your device.',
    'Incorrect PIN. Try again.',
    'Incorrect PIN. You have 1 attempt left before you permanently lose access to the credentials on this device.',
  ])('recognizes the prompt for the PIN: %s', (title) => {
    expect(read(title)).toEqual({ kind: 'pin', pin: { kind: 'enter' } });
  });

  it('recognizes the prompt for a touch, and for a key when none is connected', () => {
    const title = 'Touch your security key to continue with localhost.';
    expect(read(title)).toEqual({ kind: 'presence' });
    expect(read(title, { ...key, connected: false })).toEqual({ kind: 'connect' });
  });

  it('recognizes the prompt about make and model, and returns the names of its buttons', () => {
    const title =
      'localhost is requesting extended information about your security key, which may affect your privacy.';
    expect(read(title)).toEqual({ kind: 'review', ok: 'Allow', cancel: 'Block' });
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
  ])('returns the reason of the last prompt: %s', (title, reason) => {
    expect(read(title)).toEqual({ kind: 'ended', reason });
  });

  it('returns undefined for an unknown prompt', () => {
    expect(read('Save this password?')).toBeUndefined();
  });
});
