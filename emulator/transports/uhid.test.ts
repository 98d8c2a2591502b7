/** The uhid transport with a fake of the kernel's `/dev/uhid`. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromHex, toHex } from '#base/bytes.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { TransportError } from '#protocol/errors.ts';
import { ctapStatus } from '#protocol/status.ts';
import { openCtapHid } from '#transport/ctaphid-channel.ts';
import { type DeviceUnderContract, deviceContract } from '#transport/testing/device-contract.ts';
import {
  createAuthenticator,
  ManualGestures,
  maxUhidMessageLength,
  personas,
  serveUhid,
  type UhidNode,
  usbDeviceOf,
} from '../index.ts';
import { FakeUhid } from './testing/fake-uhid.ts';
import { openUhidNode, uhidOpenError } from './uhid-node.ts';

const getInfo = new Uint8Array([0x04]);
const usb = usbDeviceOf(personas['touchstone-key']);

async function serveTestKey(clock?: ManualClock) {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures, clock });
  const kernel = new FakeUhid();
  const served = await serveUhid(authenticator, { usb, open: () => kernel.node, clock });
  onTestFinished(() => served[Symbol.asyncDispose]());
  return { authenticator, gestures, kernel, served };
}

/** Types of the events that the key wrote. */
const writtenTypes = (kernel: FakeUhid) => kernel.written.map((event) => event[0]);

deviceContract('CTAPHID over uhid', async (): Promise<DeviceUnderContract> => {
  const { kernel, gestures, served } = await serveTestKey();
  const device = await openCtapHid(kernel.open());
  const whenWaiting = () => gestures.whenAsked();
  return { device, touch: () => gestures.touch(), whenWaiting, unplug: () => served.unplug() };
});

describe('the device', () => {
  it('is created when the key is plugged in and destroyed when it is unplugged', async () => {
    const { kernel, served } = await serveTestKey();
    expect(served.name).toBe('uhid:Touchstone Touchstone plain CTAP 2.1 key');
    expect(kernel.exists).toBe(true);
    served.unplug();
    expect(kernel.exists).toBe(false);
    served.replug();
    served.powerCycle();
    expect(writtenTypes(kernel)).toEqual([11, 1, 11, 1, 11]);
    await using device = await openCtapHid(kernel.open());
    expect((await device.transact(getInfo))[0]).toBe(0);
    await served[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
    expect(kernel.exists).toBe(false);
    expect(kernel.closed).toBe(true);
  });

  it('is created again after a short loss of power', async () => {
    const { kernel, authenticator } = await serveTestKey();
    const device = await openCtapHid(kernel.open());
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: 'power-cut' });
    await expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
    expect(writtenTypes(kernel).filter((type) => type !== 12)).toEqual([11, 1, 11]);
    await using again = await openCtapHid(kernel.open());
    expect((await again.transact(getInfo))[0]).toBe(0);
  });

  it('does not receive reports that were written before the key was unplugged', async () => {
    const { kernel, served } = await serveTestKey();
    const pipe = kernel.open();
    const reports: Uint8Array[] = [];
    pipe.onReport((report) => reports.push(report));
    pipe.send(new Uint8Array(64).fill(0xff));
    served.powerCycle();
    await using device = await openCtapHid(kernel.open());
    await device.transact(getInfo);
    expect(reports).toEqual([]);
  });

  it('answers requests for unsupported reports with an error and accepts SET_REPORT for output reports', async () => {
    const clock = new ManualClock();
    const { kernel } = await serveTestKey(clock);
    kernel.queueEvent(9, fromHex('05000000' + '0000'));
    kernel.queueEvent(13, fromHex('06000000' + '0000' + '0100' + '00'));
    const init = 'ffffffff' + '86' + '0008' + '0102030405060708';
    kernel.queueEvent(13, fromHex(`070000000001410000${init}${'00'.repeat(49)}`));
    clock.advance(20);
    await new Promise(setImmediate);
    const replies = kernel.written.slice(1).map((event) => toHex(event.subarray(0, 12)));
    expect(replies.slice(0, 3)).toEqual([
      '0a000000' + '05000000' + '0500' + '0000',
      '0e000000' + '06000000' + '0500' + '0000',
      '0e000000' + '07000000' + '0000' + '0000',
    ]);
    expect(toHex(kernel.written[4]!)).toMatch(/^0c0000004000ffffffff8600110102030405060708/);
  });

  it('receives a message of maximum length without losing packets', async () => {
    const { kernel } = await serveTestKey();
    await using device = await openCtapHid(kernel.open());
    const message = new Uint8Array(maxUhidMessageLength);
    message.set(fromHex('015904ac')); // a byte string with the rest, where a map is expected
    expect([...(await device.transact(message))]).toEqual([ctapStatus.CTAP2_ERR_CBOR_UNEXPECTED_TYPE]);
    expect(kernel.dropped).toBe(0);
  });
});

describe('an unavailable /dev/uhid', () => {
  it('is reported with the command that loads the kernel module', () => {
    const missing = join(tmpdir(), 'there-is-no-such-uhid');
    expect(() => openUhidNode(missing)).toThrow(TransportError);
    expect(() => openUhidNode(missing)).toThrow(
      process.platform === 'linux'
        ? /^Cannot open .*: the kernel module uhid is not loaded; run `sudo modprobe uhid`$/
        : /usbip/,
    );
  });

  it('is reported with the udev rule that grants access', () => {
    const { kind, message } = uhidOpenError('/dev/uhid', Object.assign(new Error(), { code: 'EACCES' }));
    expect(kind).toBe('unavailable');
    const [rules = ''] = /\S+\.rules/.exec(message) ?? [];
    expect(readFileSync(rules, 'utf8')).toContain('KERNEL=="uhid"');
  });

  it("is reported with the kernel's error if the kernel rejects the device, and the node is closed", async () => {
    let closed = false;
    const node: UhidNode = {
      read: () => undefined,
      write() {
        throw new Error('EINVAL: invalid argument, write');
      },
      close: () => {
        closed = true;
      },
    };
    const served = serveUhid(createAuthenticator({ persona: 'touchstone-key' }), { usb, open: () => node });
    await expect(served).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'Cannot create a HID device: EINVAL: invalid argument, write',
    });
    expect(closed).toBe(true);
  });
});
