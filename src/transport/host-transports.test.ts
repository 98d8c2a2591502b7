/** The transports hidraw, usb and hid on a fake machine with emulated keys. */
import { describe, expect, test } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { createAuthenticator, ManualGestures, plugInHid } from '#emulator';
import { broadcastChannel, ctapHidCommands, fragment } from '#protocol/ctaphid.ts';
import type { CtapDevice } from './device.ts';
import { isFidoDescriptor } from './hid-report-descriptor.ts';
import { createHidrawTransport } from './hidraw/hidraw.ts';
import { createNodeHidTransport, type HidLibrary, type OpenHid } from './node-hid.ts';
import { type DeviceUnderContract, deviceContract } from './testing/device-contract.ts';
import { FakeMachine, fidoDescriptor, keyboardDescriptor } from './testing/fake-machine.ts';
import { createUsbTransport } from './usb/usb.ts';

function createKey() {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-complete', gestures });
  return { cable: plugInHid(authenticator), touch: () => gestures.touch(), whenWaiting: () => gestures.whenAsked() };
}

async function openUnderContract(
  open: (machine: FakeMachine) => Promise<CtapDevice>,
  { cable, ...gestures }: ReturnType<typeof createKey>,
): Promise<DeviceUnderContract> {
  const machine = new FakeMachine({ cable, port: '1-2.4', serial: 'A1' });
  const device = await open(machine);
  machine[Symbol.dispose]();
  return { device, ...gestures, unplug: () => cable.unplug() };
}

deviceContract('hidraw', () =>
  openUnderContract((machine) => createHidrawTransport(machine.hidraw).open('/dev/hidraw0'), createKey()),
);
deviceContract('usb', () => openUnderContract((machine) => createUsbTransport(machine.usb).open('1-2.4'), createKey()));

/** Returns a fake node-hid with one key. */
function createHidLibrary({ cable }: Pick<ReturnType<typeof createKey>, 'cable'>): HidLibrary {
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
  const { cable, ...gestures } = createKey();
  const transport = createNodeHidTransport({ platform: 'win32', load: async () => createHidLibrary({ cable }) });
  return { device: await transport.open('\\\\?\\hid#1'), ...gestures, unplug: () => cable.unplug() };
});

describe('list', () => {
  test('returns a key by its node and by its USB port, and a virtual key', async () => {
    using machine = new FakeMachine(
      { cable: createKey().cable, port: '1-2.4', serial: 'A1' },
      { cable: createKey().cable, port: '1-3', descriptor: keyboardDescriptor },
      { cable: createKey().cable, serial: 'virtual-1' },
    );
    const common = { vendorId: 0x1050, productId: 0x0407 };
    const onBus = { ...common, product: 'YubiKey OTP+FIDO', manufacturer: 'Yubico', serial: 'A1', port: '1-2.4' };
    expect(await createHidrawTransport(machine.hidraw).list()).toEqual([
      { ...onBus, address: 'hidraw:/dev/hidraw0' },
      { ...common, address: 'hidraw:/dev/hidraw2', product: 'Yubico YubiKey', serial: 'virtual-1' },
    ]);
    expect(await createUsbTransport(machine.usb).list()).toEqual([{ ...onBus, address: 'usb:1-2.4' }]);
  });

  test('returns a node that cannot be opened with the reason and a remedy', async () => {
    using machine = new FakeMachine({ cable: createKey().cable, node: 'missing' });
    const [found] = await createHidrawTransport(machine.hidraw).list();
    expect(found?.obstacle).toMatchObject({
      why: '/dev/hidraw0 does not exist',
      remedy: expect.stringContaining('--device'),
    });
  });

  test('returns an empty array without node folder, USB bus or package', async () => {
    using machine = new FakeMachine();
    expect(await createHidrawTransport(machine.hidraw).list()).toEqual([]);
    expect(await createUsbTransport({ ...machine.usb, load: async () => undefined }).list()).toEqual([]);
    const failing = () => Promise.reject(new Error('not installed'));
    expect(
      await createUsbTransport({ ...machine.usb, load: async () => ({ getDevices: failing }) as never }).list(),
    ).toEqual([]);
    expect(await createNodeHidTransport({ platform: 'darwin', load: failing }).list()).toEqual([]);
  });

  test('returns only FIDO interfaces from node-hid, and none on Linux', async () => {
    const load = async () => createHidLibrary(createKey());
    const [only, ...others] = await createNodeHidTransport({ platform: 'win32', load }).list();
    expect(only).toMatchObject({ address: 'hid:\\\\?\\hid#1', serial: 'A1' });
    expect(others).toEqual([]);
    expect(await createNodeHidTransport({ platform: 'linux', load }).list()).toEqual([]);
  });
});

describe('open', () => {
  const unavailable = { name: 'TransportError', kind: 'unavailable' };

  test('rejects malformed addresses', async () => {
    using machine = new FakeMachine();
    for (const transport of [createHidrawTransport(machine.hidraw), createUsbTransport(machine.usb)])
      for (const where of ['', '/dev/sda', '/dev/hidraw1/../sda', '../1'])
        await expect(transport.open(where)).rejects.toMatchObject({ name: 'UsageError' });
  });

  test('rejects an address without a device', async () => {
    using machine = new FakeMachine();
    await expect(createHidrawTransport(machine.hidraw).open('/dev/hidraw7')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('/dev/hidraw7 does not exist'),
    });
    await expect(createUsbTransport(machine.usb).open('3-1')).rejects.toMatchObject(unavailable);
  });

  test('releases and rejects a keyboard', async () => {
    using machine = new FakeMachine({ cable: createKey().cable, port: '1-3', descriptor: keyboardDescriptor });
    await expect(createUsbTransport(machine.usb).open('1-3')).rejects.toMatchObject({
      ...unavailable,
      message: 'Cannot open usb:1-3: the device at this port is not a FIDO key',
    });
  });

  test('advises to run as administrator on Windows', async () => {
    const denied = () => Promise.reject(new Error('could not open'));
    const library = { ...createHidLibrary(createKey()), HIDAsync: { open: denied } };
    const transport = createNodeHidTransport({ platform: 'win32', load: async () => library });
    await expect(transport.open('x')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('administrator'),
    });
  });
});

test.each([
  ['a FIDO interface', fidoDescriptor, true],
  ['a keyboard', keyboardDescriptor, false],
  ['a FIDO interface after a long item', fromHex('fe0201aabb06d0f10901a101c0'), true],
  ['another usage of the FIDO page', fromHex('06d0f10902a101c0'), false],
  ['a truncated descriptor', fromHex('06d0'), false],
  ['an empty descriptor', new Uint8Array(0), false],
])('isFidoDescriptor: %s', (_, descriptor, isFido) => {
  expect(isFidoDescriptor(descriptor)).toBe(isFido);
});

test('hidraw gives access to the reports of a key', async () => {
  using machine = new FakeMachine({ cable: createKey().cable, port: '1-2.4', serial: 'A1' });
  const transport = createHidrawTransport(machine.hidraw);
  const pipe = await transport.openReports?.('/dev/hidraw0');
  const answered = new Promise<Uint8Array>((resolve) => pipe?.onReport(resolve));
  const stopReading = pipe?.startReading?.();
  for (const report of fragment(broadcastChannel, ctapHidCommands.INIT, new Uint8Array(8).fill(7))) pipe?.send(report);
  expect([...(await answered).slice(7, 15)]).toEqual(Array(8).fill(7));
  stopReading?.();
  await pipe?.close();
});
