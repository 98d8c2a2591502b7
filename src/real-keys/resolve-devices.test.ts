import { describe, expect, test } from 'vitest';
import { createAuthenticator, plugInHid } from '#emulator';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { hidrawOn } from '#transport/hidraw/hidraw.ts';
import { FakeMachine } from '#transport/testing/fake-machine.ts';
import { usbOn } from '#transport/usb/usb.ts';
import { type KeyPermissions, meetKeys, type Surroundings } from './resolve-devices.ts';

const pin = '864209';
const careful: KeyPermissions = {
  destroyCredentials: [],
  withCredentials: [],
  pinRetriesFloor: 3,
  pinFrom: [],
  spare: false,
};

/** A key with a PIN, by two ways, and one without. */
function machine() {
  const keyWith = (options: { pin?: string }) =>
    plugInHid(createAuthenticator({ persona: 'yubikey-5-nfc', ...options }));
  const fake = new FakeMachine(
    { cable: keyWith({ pin }), port: '1-2', serial: 'A1' },
    { cable: keyWith({}), port: '1-3', serial: 'B2' },
  );
  const [hidraw, usb] = [hidrawOn(fake.hidraw), usbOn(fake.usb)];
  let looks = 0;
  const surroundings: Surroundings = {
    async listDevices() {
      looks += 1;
      return [...(await hidraw.list()), ...(await usb.list())];
    },
    open: (address) => (address.startsWith('usb:') ? usb : hidraw).open(address.slice(address.indexOf(':') + 1)),
    modelName: () => undefined,
    env: { PIN: pin },
    ask: async () => pin,
  };
  return { fake, surroundings, looks: () => looks };
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
const withPin = (device: string) => caseOn(device, { pin: { set: '1234' } });

describe('the keys of a run', () => {
  test('are met once each, and asked for their PIN where a case needs it', async () => {
    const { fake, surroundings } = machine();
    using _machine = fake;
    const plan = await meetKeys([withPin('A1'), withPin('A1'), caseOn('B2')], careful, surroundings);
    expect(plan.keys.map(({ which, address }) => [which, address])).toEqual([
      ['A1', 'hidraw:/dev/hidraw0'],
      ['B2', 'hidraw:/dev/hidraw1'],
    ]);
    expect(plan.pins).toEqual({ A1: pin });
    expect(JSON.stringify(plan.keys)).not.toContain(pin);
    expect(plan.remarks).toEqual([expect.stringMatching(/\(B2\) keeps passkeys cannot be learned: it has no PIN/)]);
  });

  test('are nobody when no case names one: the machine is not even looked at', async () => {
    const { fake, surroundings, looks } = machine();
    using _machine = fake;
    expect(await meetKeys([caseOn(undefined), caseOn('emulator')], careful, surroundings)).toMatchObject({ keys: [] });
    expect(looks()).toBe(0);
  });

  test('are not one key under two names', async () => {
    const { fake, surroundings } = machine();
    using _machine = fake;
    await expect(meetKeys([caseOn('B2'), caseOn('hidraw:/dev/hidraw1')], careful, surroundings)).rejects.toThrow(
      '"hidraw:/dev/hidraw1" and "B2" are the same key',
    );
  });

  test('have a PIN each where one is named for one of them', async () => {
    const { fake, surroundings } = machine();
    using _machine = fake;
    const pinFrom = [{ from: { env: 'NOT_SET' } }, { key: 'A1', from: { env: 'PIN' } }];
    expect(await meetKeys([withPin('A1')], { ...careful, pinFrom }, surroundings)).toMatchObject({ pins: { A1: pin } });
  });

  test('are spared where somebody wants that: what would cost them something is left out', async () => {
    const { fake, surroundings } = machine();
    using _machine = fake;
    const cases = [withPin('A1'), { ...caseOn('A1'), id: 'without-pin' }];
    await expect(meetKeys(cases, careful, surroundings)).rejects.toThrow(/^refused to run 1 case: /);
    expect((await meetKeys(cases, { ...careful, spare: true }, surroundings)).left).toEqual({
      'without-pin': 'the key is spared: it would be reset, to have no PIN',
    });
  });

  test('are not what a permission names by mistake', async () => {
    const { fake, surroundings } = machine();
    using _machine = fake;
    const named = { ...careful, withCredentials: ['C3'] };
    await expect(meetKeys([caseOn('B2')], named, surroundings)).rejects.toThrow(
      /--with-credentials C3 names no key of this run: it uses YubiKey.* \(B2\)/,
    );
  });
});
