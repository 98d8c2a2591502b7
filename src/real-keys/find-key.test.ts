import { describe, expect, test } from 'vitest';
import { createAuthenticator, plugInHid } from '#emulator';
import { hidrawOn } from '#transport/hidraw/hidraw.ts';
import { FakeMachine } from '#transport/testing/fake-machine.ts';
import type { FoundDevice } from '#transport/transport.ts';
import { usbOn } from '#transport/usb/usb.ts';
import { findKey } from './find-key.ts';

const cable = (persona: 'yubikey-5-nfc' | 'google-titan-v2') => plugInHid(createAuthenticator({ persona }));

/** Two keys on the bus, one of them by two ways, and one that may not be opened. */
async function machine() {
  const fake = new FakeMachine(
    { cable: cable('yubikey-5-nfc'), port: '1-2', serial: 'A1' },
    { cable: cable('google-titan-v2'), port: '1-3', serial: 'B2' },
    { cable: cable('yubikey-5-nfc'), node: 'missing' },
  );
  const found = [...(await hidrawOn(fake.hidraw).list()), ...(await usbOn(fake.usb).list())];
  const opened: string[] = [];
  const open = (address: string) => {
    opened.push(address);
    const [scheme, where = ''] = [address.split(':', 1)[0], address.slice(address.indexOf(':') + 1)];
    return (scheme === 'usb' ? usbOn(fake.usb) : hidrawOn(fake.hidraw)).open(where);
  };
  const find = (which: string, among: readonly FoundDevice[] = found) =>
    findKey(which, among, { open, modelName: () => undefined });
  return { fake, found, opened, find };
}

describe('a key is meant', () => {
  test.each([
    ['A1', { id: 'A1', address: 'hidraw:/dev/hidraw0', port: '1-2' }],
    ['hidraw:/dev/hidraw1', { id: 'B2', address: 'hidraw:/dev/hidraw1' }],
    ['usb:1-3', { id: 'B2', address: 'usb:1-3', port: '1-3' }],
  ])('by %s, and no other is opened', async (which, facts) => {
    const { fake, opened, find } = await machine();
    using _machine = fake;
    expect(await find(which)).toMatchObject({ which, ...facts });
    expect(opened).toEqual([facts.address]);
  });

  test('by its model, or because it is the only one', async () => {
    const { fake, found, find } = await machine();
    using _machine = fake;
    expect(await find('42B4FB4A-2866-43B2-9BF7-6C6669C2E5D3')).toMatchObject({ id: 'B2' });
    expect(
      await find(
        'any',
        found.filter(({ port }) => port === '1-2'),
      ),
    ).toMatchObject({ id: 'A1', pin: { state: 'unset' } });
  });
});

describe('no key is meant', () => {
  test('by a name of several', async () => {
    const { fake, find } = await machine();
    using _machine = fake;
    await expect(find('any')).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/^"any" means several keys: .*\(A1, hidraw:\/dev\/hidraw0\), .*\(B2, /),
    });
  });

  test.each([
    ['by a name of none', 'C3', /"C3" means: plugged in: .*\(A1\), .*\(B2\)/],
    ['by a model of none', '00000000-0000-0000-0000-000000000001', /plugged in/],
    ['when it cannot be used', 'hidraw:/dev/hidraw2', /^cannot use .*: \/dev\/hidraw2 does not exist; /],
  ])('%s', async (_what, which, message) => {
    const { fake, find } = await machine();
    using _machine = fake;
    await expect(find(which)).rejects.toMatchObject({
      name: 'UnavailableError',
      message: expect.stringMatching(message),
    });
  });

  test('where none is plugged in', async () => {
    const { fake, find } = await machine();
    using _machine = fake;
    await expect(find('any', [])).rejects.toThrow('no security key is plugged in');
  });
});
