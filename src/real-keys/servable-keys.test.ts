import { expect, test } from 'vitest';
import type { CtapDevice } from '#transport/device.ts';
import { listServableKeys } from './servable-keys.ts';

const product = 'Security key';

test('lists a key with several interfaces once, by its first usable interface', async () => {
  const opened: string[] = [];
  const obstacle = { why: 'no permission', remedy: 'a udev rule' };
  const keys = listServableKeys(
    [
      { address: 'hidraw:/dev/hidraw0', product, port: '1-1', serial: '17', obstacle },
      { address: 'hidraw:/dev/hidraw1', product, port: '1-2', serial: '42' },
      { address: 'usb:1-1', product, port: '1-1', serial: '17' },
      { address: 'usb:1-2', product, port: '1-2', serial: '42' },
    ],
    async (address) => opened.push(address) as unknown as CtapDevice,
  );
  expect(keys.map(({ id }) => id)).toEqual(['42', '17']);
  for (const key of keys) await key.open();
  expect(opened).toEqual(['hidraw:/dev/hidraw1', 'usb:1-1']);
});

test('names keys without a unique serial number by port or address', () => {
  const keys = listServableKeys(
    [
      { address: 'hidraw:/dev/hidraw0', product, port: '1-1', serial: '0001' },
      { address: 'hidraw:/dev/hidraw1', product, port: '1-2', serial: '0001' },
      { address: 'hid:x', product: '\u001b[2J' },
      { address: 'remote:other/1', product, serial: '9' },
    ],
    () => Promise.reject(new Error('not opened here')),
  );
  expect(keys.map(({ id }) => id)).toEqual(['1-1', '1-2', 'hid:x']);
  expect(keys.at(-1)?.label).toBe('\uFFFD[2J');
});
