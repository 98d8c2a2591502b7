import { describe, expect, it } from 'vitest';
import { createPrompt } from './operator-prompt.ts';

const key = { label: 'YubiKey 5 NFC', address: 'hidraw:/dev/hidraw3', serial: '5234567' };

describe('createPrompt', () => {
  it('contains the instruction, the key and the time limit', () => {
    expect(createPrompt({ action: 'touch', key, timeoutMs: 30_000 })).toEqual({
      action: 'touch',
      what: 'Touch the blinking key',
      which: 'YubiKey 5 NFC (serial 5234567)',
      key: 'hidraw:/dev/hidraw3',
      timeoutMs: 30_000,
    });
  });

  it('has no time limit if the key must not be touched', () => {
    expect(createPrompt({ action: 'keep-away', key, timeoutMs: 30_000 })).not.toHaveProperty('timeoutMs');
  });

  it('names a key without a serial number by its address', () => {
    const { which } = createPrompt({ action: 'unplug', key: { ...key, serial: undefined }, timeoutMs: 1 });
    expect(which).toBe('YubiKey 5 NFC (hidraw:/dev/hidraw3)');
  });

  it('uses the instructions for smart card readers for a pcsc: address', () => {
    const keyOnReader = { label: 'Card', address: 'pcsc:Reader 0' };
    expect(createPrompt({ action: 'power-cycle', key: keyOnReader, timeoutMs: 1 }).what).toBe(
      'Take the key off the reader and place it back',
    );
  });

  it('shortens texts from the key and replaces control characters', () => {
    const malicious = { label: `\u001b[2J\u202e${'x'.repeat(99)}`, address: 'usb:1', serial: '1\n2' };
    expect(createPrompt({ action: 'touch', key: malicious, timeoutMs: 1 }).which).toBe(
      `?[2J?${'x'.repeat(54)}… (serial 1?2)`,
    );
  });
});
