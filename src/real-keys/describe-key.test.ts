import { expect, test } from 'vitest';
import { createAuthenticator, plugInHid } from '#emulator';
import { openCtapHid } from '#transport/ctaphid-channel.ts';
import { hidrawOn } from '#transport/hidraw/hidraw.ts';
import { FakeMachine } from '#transport/testing/fake-machine.ts';
import { usbOn } from '#transport/usb/usb.ts';
import { describeKeys } from './describe-key.ts';
import { renderKeys } from './key-list.ts';

const cable = (pin?: string) => plugInHid(createAuthenticator({ persona: 'yubikey-5-nfc', ...(pin && { pin }) }));

test('a key on the bus is one key by two ways, a key made by a program is another, and what cannot be used says why', async () => {
  const [onBus, virtual, missing] = [cable('1234'), cable(), cable()];
  using machine = new FakeMachine(
    { cable: onBus, port: '1-2', serial: 'A1' },
    { cable: virtual, serial: 'A1' },
    { cable: missing, node: 'missing' },
  );
  const found = [...(await hidrawOn(machine.hidraw).list()), ...(await usbOn(machine.usb).list())];
  const open = (address: string) => hidrawOn(machine.hidraw).open(address.replace('hidraw:', ''));
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

test('what a key calls itself cannot move the cursor', () => {
  const key = { id: 'x', product: 'Key\u001b[2J', addresses: [], usable: true };
  expect(renderKeys([key])).not.toContain('\u001b[2J');
});

test('a key that is pulled while it is asked is listed with what to do', async () => {
  const key = cable();
  const open = async () => {
    const device = await openCtapHid(key);
    key.unplug();
    return device;
  };
  const [described] = await describeKeys([{ address: 'hid:1', product: 'Key' }], { open, modelName: () => undefined });
  expect(described).toMatchObject({ usable: false, obstacle: { remedy: 'plug the key in again' } });
});
