import { describe, expect, it } from 'vitest';
import { chromiumPrompt } from './chromium-prompts.ts';
import type { KeyStatus } from './native-prompt.ts';

const key: KeyStatus = { connected: true, hasPin: true, pinBlocked: false };
const titled = (title: string, ...texts: string[]) => ({ title, texts });

describe("Chromium's dialog", () => {
  it('asks for nothing while none is open', () => {
    expect(chromiumPrompt(undefined, key)).toBeUndefined();
  });

  it('asks for a touch, or for a key where none is plugged in', () => {
    const sight = titled('Use your security key with localhost');
    expect(chromiumPrompt(sight, key)).toEqual({ kind: 'presence' });
    expect(chromiumPrompt(sight, { ...key, connected: false })).toEqual({ kind: 'connect' });
  });

  it('asks for the PIN a key has, and for a new one where it has none', () => {
    expect(chromiumPrompt(titled('PIN required'), key)).toEqual({ kind: 'pin', pin: { kind: 'enter' } });
    const fresh = { ...key, hasPin: false };
    expect(chromiumPrompt(titled('PIN required'), fresh)).toEqual({ kind: 'pin', pin: { kind: 'set' } });
    const refused = titled('PIN required', 'PIN must be at least 4 characters');
    expect(chromiumPrompt(refused, fresh)).toEqual({ kind: 'pin', pin: { kind: 'set', problem: 'too-short' } });
  });

  it('ends with a last page that says why', () => {
    const locked = titled('Something went wrong');
    expect(chromiumPrompt(locked, key)).toEqual({ kind: 'ended', reason: 'pin-soft-locked' });
    expect(chromiumPrompt(locked, { ...key, pinBlocked: true })).toEqual({ kind: 'ended', reason: 'pin-blocked' });
    expect(chromiumPrompt(locked, { ...key, connected: false })).toEqual({ kind: 'ended', reason: 'key-removed' });
    expect(chromiumPrompt(titled('Try a different device'), key)).toEqual({
      kind: 'ended',
      reason: 'already-registered',
    });
  });

  it('leaves alone what it does not know', () => {
    expect(chromiumPrompt(titled('Untitled'), key)).toBeUndefined();
  });
});
