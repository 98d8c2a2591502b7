import { expect, it } from 'vitest';
import { promptOf } from './operator-prompt.ts';

const key = { label: 'YubiKey 5 NFC', address: 'hidraw:/dev/hidraw3', serial: '5234567' };

it('says what to do to which key, and how long it is waited for', () => {
  expect(promptOf({ handling: 'touch', key, patienceMs: 30_000 })).toEqual({
    handling: 'touch',
    what: 'Touch the blinking key',
    which: 'YubiKey 5 NFC (serial 5234567)',
    key: 'hidraw:/dev/hidraw3',
    patienceMs: 30_000,
  });
});

it('counts no time where there is nothing to do', () => {
  expect(promptOf({ handling: 'keep-away', key, patienceMs: 30_000 })).not.toHaveProperty('patienceMs');
});

it('tells keys without a serial number apart by where they are', () => {
  const { which } = promptOf({ handling: 'unplug', key: { ...key, serial: undefined }, patienceMs: 1 });
  expect(which).toBe('YubiKey 5 NFC (hidraw:/dev/hidraw3)');
});

it('speaks of a reader where there is one', () => {
  const onReader = { label: 'Card', address: 'pcsc:Reader 0' };
  expect(promptOf({ handling: 'power-cycle', key: onReader, patienceMs: 1 }).what).toBe(
    'Take the key off the reader and lay it back',
  );
});

it('lets a key say no more of itself than fits, and nothing that moves the text around it', () => {
  const hostile = { label: `\u001b[2J\u202e${'x'.repeat(99)}`, address: 'usb:1', serial: '1\n2' };
  expect(promptOf({ handling: 'touch', key: hostile, patienceMs: 1 }).which).toBe(
    `?[2J?${'x'.repeat(54)}… (serial 1?2)`,
  );
});
