/** The transports that reach keys on this machine, over a machine that is not there. */
import { describe, expect, test } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { createAuthenticator, ManualGestures, plugInHid } from '#emulator';
import type { CtapDevice } from './device.ts';
import { isFidoDescriptor } from './hid-report-descriptor.ts';
import { hidrawOn } from './hidraw/hidraw.ts';
import { type HidLibrary, nodeHidOn, type OpenHid } from './node-hid.ts';
import { type DeviceUnderContract, deviceContract } from './testing/device-contract.ts';
import { FakeMachine, fidoDescriptor, keyboardDescriptor } from './testing/fake-machine.ts';
import { usbOn } from './usb/usb.ts';

function key() {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures });
  return { cable: plugInHid(authenticator), touch: () => gestures.touch(), whenWaiting: () => gestures.whenAsked() };
}

async function underContract(
  open: (machine: FakeMachine) => Promise<CtapDevice>,
  { cable, ...hands }: ReturnType<typeof key>,
): Promise<DeviceUnderContract> {
  const machine = new FakeMachine({ cable, port: '1-2.4', serial: 'A1' });
  const device = await open(machine);
  machine[Symbol.dispose]();
  return { device, ...hands, unplug: () => cable.unplug() };
}

deviceContract('hidraw', () => underContract((machine) => hidrawOn(machine.hidraw).open('/dev/hidraw0'), key()));
deviceContract('usb', () => underContract((machine) => usbOn(machine.usb).open('1-2.4'), key()));

/** node-hid with one key. */
function hidLibrary({ cable }: Pick<ReturnType<typeof key>, 'cable'>): HidLibrary {
  const open: OpenHid = {
    on(event: string, listener: (value: never) => void) {
      if (event === 'data') cable.onReport((report) => listener(Buffer.from(report) as never));
      else cable.onClose((error) => listener(error as never));
    },
    async write(report) {
      if (!cable.plugged) throw new Error('could not write');
      cable.send(new Uint8Array(report.slice(1)));
      return report.length;
    },
    close: async () => undefined,
  };
  const device = { path: '\\\\?\\hid#1', vendorId: 0x1050, productId: 0x0407, usagePage: 0xf1d0, serialNumber: 'A1' };
  return {
    devicesAsync: async () => [device, { ...device, path: '\\\\?\\hid#2', usagePage: 1 }],
    HIDAsync: { open: async () => open },
  };
}

deviceContract('node-hid', async () => {
  const { cable, ...hands } = key();
  const transport = nodeHidOn({ platform: 'win32', load: async () => hidLibrary({ cable }) });
  return { device: await transport.open('\\\\?\\hid#1'), ...hands, unplug: () => cable.unplug() };
});

describe('what the machine shows', () => {
  test('the same key by its node and by its socket, and a key that a program made', async () => {
    using machine = new FakeMachine(
      { cable: key().cable, port: '1-2.4', serial: 'A1' },
      { cable: key().cable, port: '1-3', descriptor: keyboardDescriptor },
      { cable: key().cable, serial: 'virtual-1' },
    );
    const common = { vendorId: 0x1050, productId: 0x0407 };
    const onBus = { ...common, product: 'YubiKey OTP+FIDO', manufacturer: 'Yubico', serial: 'A1', port: '1-2.4' };
    expect(await hidrawOn(machine.hidraw).list()).toEqual([
      { ...onBus, address: 'hidraw:/dev/hidraw0' },
      { ...common, address: 'hidraw:/dev/hidraw2', product: 'Yubico YubiKey', serial: 'virtual-1' },
    ]);
    expect(await usbOn(machine.usb).list()).toEqual([{ ...onBus, address: 'usb:1-2.4' }]);
  });

  test('a node that cannot be opened comes with what to do', async () => {
    using machine = new FakeMachine({ cable: key().cable, node: 'missing' });
    const [found] = await hidrawOn(machine.hidraw).list();
    expect(found?.obstacle).toMatchObject({
      why: '/dev/hidraw0 does not exist',
      remedy: expect.stringContaining('--device'),
    });
  });

  test('no node folder, no bus, no package: an empty list', async () => {
    using machine = new FakeMachine();
    expect(await hidrawOn(machine.hidraw).list()).toEqual([]);
    expect(await usbOn({ ...machine.usb, load: async () => undefined }).list()).toEqual([]);
    const failing = () => Promise.reject(new Error('not installed'));
    expect(await usbOn({ ...machine.usb, load: async () => ({ getDevices: failing }) as never }).list()).toEqual([]);
    expect(await nodeHidOn({ platform: 'darwin', load: failing }).list()).toEqual([]);
  });

  test('node-hid lists the FIDO interfaces only, and nothing where hidraw is at home', async () => {
    const load = async () => hidLibrary(key());
    const [only, ...others] = await nodeHidOn({ platform: 'win32', load }).list();
    expect(only).toMatchObject({ address: 'hid:\\\\?\\hid#1', serial: 'A1' });
    expect(others).toEqual([]);
    expect(await nodeHidOn({ platform: 'linux', load }).list()).toEqual([]);
  });
});

describe('what cannot be opened says why', () => {
  const unavailable = { name: 'TransportError', kind: 'unavailable' };

  test('addresses of another form', async () => {
    using machine = new FakeMachine();
    for (const transport of [hidrawOn(machine.hidraw), usbOn(machine.usb)])
      for (const where of ['', '/dev/sda', '/dev/hidraw1/../sda', '../1'])
        await expect(transport.open(where)).rejects.toMatchObject({ name: 'UsageError' });
  });

  test('nothing there', async () => {
    using machine = new FakeMachine();
    await expect(hidrawOn(machine.hidraw).open('/dev/hidraw7')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('/dev/hidraw7 does not exist'),
    });
    await expect(usbOn(machine.usb).open('3-1')).rejects.toMatchObject(unavailable);
  });

  test('a keyboard is given back and refused', async () => {
    using machine = new FakeMachine({ cable: key().cable, port: '1-3', descriptor: keyboardDescriptor });
    await expect(usbOn(machine.usb).open('1-3')).rejects.toMatchObject({
      ...unavailable,
      message: 'cannot open usb:1-3: what is plugged in there is not a FIDO key',
    });
  });

  test('Windows keeps keys for administrators', async () => {
    const denied = () => Promise.reject(new Error('could not open'));
    const library = { ...hidLibrary(key()), HIDAsync: { open: denied } };
    const transport = nodeHidOn({ platform: 'win32', load: async () => library });
    await expect(transport.open('x')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('administrator'),
    });
  });
});

test.each([
  ['a FIDO interface', fidoDescriptor, true],
  ['a keyboard', keyboardDescriptor, false],
  ['after a long item', fromHex('fe0201aabb06d0f10901a101c0'), true],
  ['the FIDO page with another usage', fromHex('06d0f10902a101c0'), false],
  ['cut off', fromHex('06d0'), false],
  ['nothing', new Uint8Array(0), false],
])('a report descriptor: %s', (_, descriptor, isFido) => {
  expect(isFidoDescriptor(descriptor)).toBe(isFido);
});
