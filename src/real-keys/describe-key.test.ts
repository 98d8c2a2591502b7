import { expect, test } from 'vitest';
import { createAuthenticator, plugInHid } from '#emulator';
import { openCtapHid } from '#transport/ctaphid-channel.ts';
import { createHidrawTransport } from '#transport/hidraw/hidraw.ts';
import { FakeMachine } from '#transport/testing/fake-machine.ts';
import { createUsbTransport } from '#transport/usb/usb.ts';
import { describeKeys } from './describe-key.ts';
import { renderKeys } from './key-list.ts';

const plugInKey = (pin?: string) => plugInHid(createAuthenticator({ persona: 'yubikey-5-nfc', ...(pin && { pin }) }));

test('lists a key with two interfaces once, a virtual key apart from it, and the reason why a key cannot be used', async () => {
  const [onBus, virtual, missing] = [plugInKey('1234'), plugInKey(), plugInKey()];
  using machine = new FakeMachine(
    { cable: onBus, port: '1-2', serial: 'A1' },
    { cable: virtual, serial: 'A1' },
    { cable: missing, node: 'missing' },
  );
  const hidraw = createHidrawTransport(machine.hidraw);
  const found = [...(await hidraw.list()), ...(await createUsbTransport(machine.usb).list())];
  const open = (address: string) => hidraw.open(address.replace('hidraw:', ''));
  const keys = await describeKeys(found, { open, modelName: () => 'YubiKey 5 NFC' });
  expect(keys).toMatchObject([
    {
      id: 'hidraw:/dev/hidraw0',
      serial: 'A1',
      addresses: ['hidraw:/dev/hidraw0', 'usb:1-2'],
      usable: true,
      model: 'YubiKey 5 NFC',
      aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
      pin: { state: 'set', retries: 8 },
    },
    { id: 'hidraw:/dev/hidraw1', addresses: ['hidraw:/dev/hidraw1'], usable: true, pin: { state: 'unset' } },
    { usable: false, obstacle: { why: '/dev/hidraw2 does not exist' } },
  ]);
  const text = renderKeys(keys);
  for (const part of ['YubiKey 5 NFC', 'usb:1-2', '8 retries left', 'cannot be used', 'what to do'])
    expect(text).toContain(part);
});

test('replaces control characters in the name of a key', () => {
  const key = { id: 'x', product: 'Key\u001b[2J', addresses: [], usable: true };
  expect(renderKeys([key])).not.toContain('\u001b[2J');
});

test('lists a key that is unplugged while it is read, with a remedy', async () => {
  const key = plugInKey();
  const open = async () => {
    const device = await openCtapHid(key);
    key.unplug();
    return device;
  };
  const [described] = await describeKeys([{ address: 'hid:1', product: 'Key' }], { open, modelName: () => undefined });
  expect(described).toMatchObject({ usable: false, obstacle: { remedy: 'Plug the key in again' } });
});
