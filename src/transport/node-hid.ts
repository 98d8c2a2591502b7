/** Transport `hid`: security keys on macOS and Windows through the optional package node-hid, loaded on first use. The address is `hid:` and the device path of the operating system. */

import { UsageError } from '#base/errors.ts';
import { reportLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import { openCtapHid } from './ctaphid-channel.ts';
import { PipeClosure } from './pipe-closure.ts';
import type { ReportPipe } from './report-pipe.ts';
import type { AccessProblem, FoundDevice, Transport } from './transport.ts';

interface HidDevice {
  path?: string | undefined;
  vendorId: number;
  productId: number;
  serialNumber?: string | undefined;
  manufacturer?: string | undefined;
  product?: string | undefined;
  usagePage?: number | undefined;
}

/** The used subset of an open device of node-hid. */
export interface OpenHid {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  write(report: number[]): Promise<number>;
  close(): Promise<void>;
}

/** The used subset of node-hid. */
export interface HidLibrary {
  devicesAsync(): Promise<HidDevice[]>;
  HIDAsync: { open(path: string, options: { nonExclusive: boolean }): Promise<OpenHid> };
}

export interface HidPlatform {
  platform: NodeJS.Platform;
  load(): Promise<HidLibrary>;
}

const fidoUsagePage = 0xf1d0;

const thisMachine: HidPlatform = {
  platform: process.platform,
  load: async () => (await import('node-hid')) as unknown as HidLibrary,
};

/** Returns the transport for a platform. On Linux it lists no devices: the transport `hidraw` lists the same keys without node-hid. */
export const createNodeHidTransport = ({ platform, load }: HidPlatform): Transport => ({
  scheme: 'hid',
  async list() {
    if (platform === 'linux') return [];
    const library = await load().catch(() => undefined);
    if (!library) return [];
    const devices = await library.devicesAsync();
    return devices
      .filter(({ usagePage, path }) => usagePage === fidoUsagePage && path)
      .map((device) => describeDevice(device));
  },
  async open(where, options) {
    if (where === '') throw new UsageError('Cannot open hid: expected hid:PATH (touchstone keys lists the addresses)');
    return await openCtapHid(await openPipe(where, { platform, load }), options);
  },
});

export const nodeHid = createNodeHidTransport(thisMachine);

const describeDevice = ({
  path,
  product,
  manufacturer,
  serialNumber,
  vendorId,
  productId,
}: HidDevice): FoundDevice => ({
  address: `hid:${path}`,
  product: product || 'FIDO key',
  manufacturer: manufacturer || undefined,
  serial: serialNumber || undefined,
  vendorId,
  productId,
});

async function openPipe(path: string, { platform, load }: HidPlatform): Promise<ReportPipe> {
  const name = `hid:${path}`;
  const library = await load().catch((cause) => {
    throw new TransportError(
      'unavailable',
      `Cannot open ${name}: the optional package node-hid is not installed (npm install node-hid)`,
      { cause },
    );
  });
  try {
    return createHidPipe(name, await library.HIDAsync.open(path, { nonExclusive: true }));
  } catch (cause) {
    const { why, remedy } = describeAccessProblem(platform, cause as Error);
    throw new TransportError('unavailable', `Cannot open ${name}: ${why}; ${remedy}`, { cause });
  }
}

const describeAccessProblem = (platform: NodeJS.Platform, { message }: Error): AccessProblem =>
  platform === 'win32'
    ? {
        why: message,
        remedy: 'on Windows only administrators may access security keys: run the terminal as administrator',
      }
    : { why: message, remedy: 'plug the key in again, and allow the terminal to monitor input where macOS asks' };

function createHidPipe(name: string, device: OpenHid): ReportPipe {
  const closure = new PipeClosure();
  device.on('error', (error) => closure.close(error));
  return {
    name,
    send(report) {
      if (closure.isClosed) return;
      // Report number 0, for a device without report numbers.
      device.write([0, ...report.subarray(0, reportLength)]).catch((error: Error) => closure.close(error));
    },
    onReport: (listener) => void device.on('data', (report) => listener(new Uint8Array(report))),
    onClose: (listener) => closure.onClose(listener),
    async close() {
      if (closure.closeLocally()) await device.close().catch(() => undefined);
    },
  };
}
