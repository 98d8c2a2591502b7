/** Keys on macOS and Windows, through node-hid: an optional package, loaded when it is used. `hid:` and the path the system gives. */

import { UsageError } from '#base/errors.ts';
import { reportLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import { openCtapHid } from './ctaphid-channel.ts';
import { Ending } from './pipe-closure.ts';
import type { ReportPipe } from './report-pipe.ts';
import type { FoundDevice, Obstacle, Transport } from './transport.ts';

interface HidDevice {
  path?: string | undefined;
  vendorId: number;
  productId: number;
  serialNumber?: string | undefined;
  manufacturer?: string | undefined;
  product?: string | undefined;
  usagePage?: number | undefined;
}

/** What is used of an open device. */
export interface OpenHid {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  write(report: number[]): Promise<number>;
  close(): Promise<void>;
}

/** What is used of the package. */
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

/** The transport on such a machine. On Linux nothing is listed: hidraw finds the same keys without the package. */
export const nodeHidOn = ({ platform, load }: HidPlatform): Transport => ({
  scheme: 'hid',
  async list() {
    if (platform === 'linux') return [];
    const library = await load().catch(() => undefined);
    if (!library) return [];
    const devices = await library.devicesAsync();
    return devices.filter(({ usagePage, path }) => usagePage === fidoUsagePage && path).map((device) => found(device));
  },
  async open(where, options) {
    if (where === '') throw new UsageError('cannot open hid: hid:PATH is wanted (touchstone keys lists them)');
    return await openCtapHid(await openPipe(where, { platform, load }), options);
  },
});

export const nodeHid = nodeHidOn(thisMachine);

const found = ({ path, product, manufacturer, serialNumber, vendorId, productId }: HidDevice): FoundDevice => ({
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
      `cannot open ${name}: the optional package node-hid is not there (npm install node-hid)`,
      { cause },
    );
  });
  try {
    return hidPipe(name, await library.HIDAsync.open(path, { nonExclusive: true }));
  } catch (cause) {
    const { why, remedy } = obstacleOn(platform, cause as Error);
    throw new TransportError('unavailable', `cannot open ${name}: ${why}; ${remedy}`, { cause });
  }
}

const obstacleOn = (platform: NodeJS.Platform, { message }: Error): Obstacle =>
  platform === 'win32'
    ? { why: message, remedy: 'Windows gives security keys to administrators only: run the terminal as administrator' }
    : { why: message, remedy: 'plug the key in again, and allow the terminal to monitor input where macOS asks' };

function hidPipe(name: string, device: OpenHid): ReportPipe {
  const ending = new Ending();
  device.on('error', (error) => ending.happened(error));
  return {
    name,
    send(report) {
      if (ending.is) return;
      // Report number 0, for a device without numbers.
      device.write([0, ...report.subarray(0, reportLength)]).catch((error: Error) => ending.happened(error));
    },
    onReport: (listener) => void device.on('data', (report) => listener(new Uint8Array(report))),
    onClose: (listener) => ending.listen(listener),
    async close() {
      if (ending.closedHere()) await device.close().catch(() => undefined);
    },
  };
}
