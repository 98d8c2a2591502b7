import { describe, expect, test } from 'vitest';
import { createAuthenticator, plugInHid } from '#emulator';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { createHidrawTransport } from '#transport/hidraw/hidraw.ts';
import { FakeMachine } from '#transport/testing/fake-machine.ts';
import { createUsbTransport } from '#transport/usb/usb.ts';
import { type HostEnvironment, type KeyPermissions, resolveDevices } from './resolve-devices.ts';

const pin = '864209';
const noPermissions: KeyPermissions = {
  destroyCredentials: [],
  withCredentials: [],
  pinRetriesFloor: 3,
  pinFrom: [],
  skipDestructive: false,
};

/** A machine with two keys with two interfaces each: A1 with a PIN, B2 without. */
function setUp() {
  const plugInKey = (options: { pin?: string }) =>
    plugInHid(createAuthenticator({ persona: 'yubikey-5-nfc', ...options }));
  const machine = new FakeMachine(
    { cable: plugInKey({ pin }), port: '1-2', serial: 'A1' },
    { cable: plugInKey({}), port: '1-3', serial: 'B2' },
  );
  const [hidraw, usb] = [createHidrawTransport(machine.hidraw), createUsbTransport(machine.usb)];
  let listings = 0;
  const host: HostEnvironment = {
    async listDevices() {
      listings += 1;
      return [...(await hidraw.list()), ...(await usb.list())];
    },
    open: (address) => (address.startsWith('usb:') ? usb : hidraw).open(address.slice(address.indexOf(':') + 1)),
    modelName: () => undefined,
    env: { PIN: pin },
    ask: async () => pin,
  };
  return { machine, host, listings: () => listings };
}

const caseOn = (device: string | undefined, authenticator: ExpandedCase['authenticator'] = {}) =>
  ({
    id: `case[${device}]`,
    authenticator: { ...authenticator, device },
    browser: {},
    setup: [],
    steps: [],
    teardown: [],
  }) as unknown as ExpandedCase;
const caseWithPinOn = (device: string) => caseOn(device, { pin: { set: '1234' } });

describe('resolveDevices', () => {
  test('resolves each key once and asks for its PIN if a case requires it', async () => {
    const { machine, host } = setUp();
    using _machine = machine;
    const plan = await resolveDevices([caseWithPinOn('A1'), caseWithPinOn('A1'), caseOn('B2')], noPermissions, host);
    expect(plan.keys.map(({ selector, address }) => [selector, address])).toEqual([
      ['A1', 'hidraw:/dev/hidraw0'],
      ['B2', 'hidraw:/dev/hidraw1'],
    ]);
    expect(plan.pins).toEqual({ A1: pin });
    expect(JSON.stringify(plan.keys)).not.toContain(pin);
    expect(plan.notices).toEqual([
      expect.stringMatching(/^Cannot determine whether .* \(B2\) stores passkeys: it has no PIN/),
    ]);
  });

  test('lists no devices if no case names a real key', async () => {
    const { machine, host, listings } = setUp();
    using _machine = machine;
    const cases = [caseOn(undefined), caseOn('emulator')];
    expect(await resolveDevices(cases, noPermissions, host)).toMatchObject({ keys: [] });
    expect(listings()).toBe(0);
  });

  test('rejects two selectors of the same key', async () => {
    const { machine, host } = setUp();
    using _machine = machine;
    const cases = [caseOn('B2'), caseOn('hidraw:/dev/hidraw1')];
    await expect(resolveDevices(cases, noPermissions, host)).rejects.toThrow(
      '"hidraw:/dev/hidraw1" and "B2" select the same key',
    );
  });

  test('prefers the PIN source of a key to the PIN source of all keys', async () => {
    const { machine, host } = setUp();
    using _machine = machine;
    const pinFrom = [{ from: { env: 'NOT_SET' } }, { key: 'A1', from: { env: 'PIN' } }];
    const plan = await resolveDevices([caseWithPinOn('A1')], { ...noPermissions, pinFrom }, host);
    expect(plan).toMatchObject({ pins: { A1: pin } });
  });

  test('refuses destructive cases, or skips them with skipDestructive', async () => {
    const { machine, host } = setUp();
    using _machine = machine;
    const cases = [caseWithPinOn('A1'), { ...caseOn('A1'), id: 'without-pin' }];
    await expect(resolveDevices(cases, noPermissions, host)).rejects.toThrow(/^Refused to run 1 case: /);
    const plan = await resolveDevices(cases, { ...noPermissions, skipDestructive: true }, host);
    expect(plan.skipReasons).toEqual({
      'without-pin': 'Destructive case: The key would be reset to remove its PIN',
    });
  });

  test('rejects an option that names a key which the run does not use', async () => {
    const { machine, host } = setUp();
    using _machine = machine;
    const permissions = { ...noPermissions, withCredentials: ['C3'] };
    await expect(resolveDevices([caseOn('B2')], permissions, host)).rejects.toThrow(
      /--with-credentials C3 names no key of this run. Keys of this run: YubiKey.* \(B2\)/,
    );
  });
});
