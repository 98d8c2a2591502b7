import { describe, expect, it } from 'vitest';
import { chromiumPrompt } from './chromium-prompts.ts';
import type { KeyStatus } from './native-prompt.ts';

const key: KeyStatus = { connected: true, hasPin: true, pinBlocked: false };
const titled = (title: string, ...texts: string[]) => ({ title, texts });

describe('chromiumPrompt()', () => {
  it('returns undefined when no dialog is open', () => {
    expect(chromiumPrompt(undefined, key)).toBeUndefined();
  });

  it('recognizes the prompt for a touch, and for a key when none is connected', () => {
    const snapshot = titled('Use your security key with localhost');
    expect(chromiumPrompt(snapshot, key)).toEqual({ kind: 'presence' });
    expect(chromiumPrompt(snapshot, { ...key, connected: false })).toEqual({ kind: 'connect' });
  });

  it('recognizes the prompt for the PIN, and for a new PIN when the key has none', () => {
    expect(chromiumPrompt(titled('PIN required'), key)).toEqual({ kind: 'pin', pin: { kind: 'enter' } });
    const withoutPin = { ...key, hasPin: false };
    expect(chromiumPrompt(titled('PIN required'), withoutPin)).toEqual({ kind: 'pin', pin: { kind: 'set' } });
    const tooShort = titled('PIN required', 'PIN must be at least 4 characters');
    expect(chromiumPrompt(tooShort, withoutPin)).toEqual({ kind: 'pin', pin: { kind: 'set', problem: 'too-short' } });
  });

  it('recognizes the last pages and returns their reason', () => {
    const lastPage = titled('Something went wrong');
    expect(chromiumPrompt(lastPage, key)).toEqual({ kind: 'ended', reason: 'pin-soft-locked' });
    expect(chromiumPrompt(lastPage, { ...key, pinBlocked: true })).toEqual({ kind: 'ended', reason: 'pin-blocked' });
    expect(chromiumPrompt(lastPage, { ...key, connected: false })).toEqual({ kind: 'ended', reason: 'key-removed' });
    expect(chromiumPrompt(titled('Try a different device'), key)).toEqual({
      kind: 'ended',
      reason: 'already-registered',
    });
  });

  it('returns undefined for an unknown dialog', () => {
    expect(chromiumPrompt(titled('Untitled'), key)).toBeUndefined();
  });
});
