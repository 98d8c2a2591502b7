import { describe, expect, test } from 'vitest';
import { createAuthenticator, plugInHid } from '#emulator';
import { createHidrawTransport } from '#transport/hidraw/hidraw.ts';
import { FakeMachine } from '#transport/testing/fake-machine.ts';
import type { FoundDevice } from '#transport/transport.ts';
import { createUsbTransport } from '#transport/usb/usb.ts';
import { findKey } from './find-key.ts';

const plugInKey = (persona: 'yubikey-5-nfc' | 'google-titan-v2') => plugInHid(createAuthenticator({ persona }));

/** Two keys on the bus with two interfaces each, and one key that cannot be opened. */
async function setUp() {
  const machine = new FakeMachine(
    { cable: plugInKey('yubikey-5-nfc'), port: '1-2', serial: 'A1' },
    { cable: plugInKey('google-titan-v2'), port: '1-3', serial: 'B2' },
    { cable: plugInKey('yubikey-5-nfc'), node: 'missing' },
  );
  const [hidraw, usb] = [createHidrawTransport(machine.hidraw), createUsbTransport(machine.usb)];
  const found = [...(await hidraw.list()), ...(await usb.list())];
  const opened: string[] = [];
  const open = (address: string) => {
    opened.push(address);
    return (address.startsWith('usb:') ? usb : hidraw).open(address.slice(address.indexOf(':') + 1));
  };
  const find = (selector: string, among: readonly FoundDevice[] = found) =>
    findKey(selector, among, { open, modelName: () => undefined });
  return { machine, found, opened, find };
}

describe('findKey', () => {
  test.each([
    ['A1', { id: 'A1', address: 'hidraw:/dev/hidraw0', port: '1-2' }],
    ['hidraw:/dev/hidraw1', { id: 'B2', address: 'hidraw:/dev/hidraw1' }],
    ['usb:1-3', { id: 'B2', address: 'usb:1-3', port: '1-3' }],
  ])('finds a key by %s and opens no other', async (selector, facts) => {
    const { machine, opened, find } = await setUp();
    using _machine = machine;
    expect(await find(selector)).toMatchObject({ selector, ...facts });
    expect(opened).toEqual([facts.address]);
  });

  test('finds a key by its AAGUID, or because it is the only one', async () => {
    const { machine, found, find } = await setUp();
    using _machine = machine;
    expect(await find('42B4FB4A-2866-43B2-9BF7-6C6669C2E5D3')).toMatchObject({ id: 'B2' });
    const onFirstPort = found.filter(({ port }) => port === '1-2');
    expect(await find('any', onFirstPort)).toMatchObject({ id: 'A1', pin: { state: 'unset' } });
  });

  test('throws a UsageError if several keys match', async () => {
    const { machine, find } = await setUp();
    using _machine = machine;
    await expect(find('any')).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/^"any" matches several keys: .*\(A1, hidraw:\/dev\/hidraw0\), .*\(B2, /),
    });
  });

  test.each([
    ['no key has the serial number', 'C3', /No key matches "C3": plugged in: .*\(A1\), .*\(B2\)/],
    ['no key has the AAGUID', '00000000-0000-0000-0000-000000000001', /plugged in/],
    ['the key cannot be used', 'hidraw:/dev/hidraw2', /^Cannot use .*: \/dev\/hidraw2 does not exist/],
  ])('throws an UnavailableError if %s', async (_, selector, message) => {
    const { machine, find } = await setUp();
    using _machine = machine;
    await expect(find(selector)).rejects.toMatchObject({
      name: 'UnavailableError',
      message: expect.stringMatching(message),
    });
  });

  test('throws an UnavailableError if no key is plugged in', async () => {
    const { machine, find } = await setUp();
    using _machine = machine;
    await expect(find('any', [])).rejects.toThrow('no security key is plugged in');
  });
});
