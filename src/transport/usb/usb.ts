/**
 * Keys by the socket they are plugged into, `usb:1-2.4`, past the HID driver. Linux only: macOS wants an entitlement for
 * that, Windows keeps its own driver. While such a key is open, browsers do not see it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { openCtapHid } from '../ctaphid-channel.ts';
import { isFidoDescriptor } from '../hid-report-descriptor.ts';
import type { FoundDevice, Transport } from '../transport.ts';
import { loadUsb, type UsbDevice, type UsbInterface, type UsbLibrary } from './library.ts';
import { candidates, openUsbPipe } from './usb-pipe.ts';

export interface UsbSystem {
  platform: NodeJS.Platform;
  /** Where the file system begins. */
  root: string;
  load(): Promise<UsbLibrary | undefined>;
}

export const usbOn = (system: UsbSystem): Transport => ({
  scheme: 'usb',
  async list() {
    const devices = await devicesOf(system).catch(() => []);
    return devices.filter((device) => fidoInterface(device, system) !== undefined).map(found);
  },
  async open(where, options) {
    if (!/^\d+-\d+(\.\d+)*$/.test(where))
      throw new UsageError(
        `cannot open usb:${where}: usb:BUS-PORT is wanted, e.g. usb:1-2.4 (touchstone keys lists them)`,
      );
    const name = `usb:${where}`;
    try {
      const device = (await devicesOf(system)).find((candidate) => portOf(candidate) === where);
      if (!device) throw new Error('nothing is plugged in there');
      const face = fidoInterface(device, system);
      if (!face) throw new Error('what is plugged in there is not a FIDO key');
      return await openCtapHid(await openUsbPipe(name, device, face), options);
    } catch (cause) {
      if (cause instanceof TransportError) throw cause;
      throw new TransportError('unavailable', `cannot open ${name}: ${(cause as Error).message}`, { cause });
    }
  },
});

export const usb = usbOn({ platform: process.platform, root: '/', load: loadUsb });

async function devicesOf({ platform, load }: UsbSystem): Promise<UsbDevice[]> {
  if (platform !== 'linux') return [];
  return (await (await load())?.getDevices()) ?? [];
}

const found = (device: UsbDevice): FoundDevice => ({
  address: `usb:${portOf(device)}`,
  product: device.productName || 'FIDO key',
  manufacturer: device.manufacturerName || undefined,
  serial: device.serialNumber || undefined,
  vendorId: device.vendorId,
  productId: device.productId,
  port: portOf(device),
});

const portOf = ({ bus, ports }: UsbDevice): string => `${Number.parseInt(bus, 10)}-${ports.join('.')}`;

/**
 * The FIDO interface: the one whose report descriptor the kernel has read and that says so. Where no driver has read it
 * (another program has the interface), one of the right shape; it is asked when it is opened.
 */
function fidoInterface(device: UsbDevice, { root }: UsbSystem): UsbInterface | undefined {
  const port = portOf(device);
  const judged = candidates(device).map((face) => ({ face, verdict: kernelSays(root, port, face.interfaceNumber) }));
  return (judged.find(({ verdict }) => verdict === true) ?? judged.find(({ verdict }) => verdict === undefined))?.face;
}

/** Whether it is a FIDO interface; undefined when the kernel does not know. */
function kernelSays(root: string, port: string, interfaceNumber: number): boolean | undefined {
  const folder = join(root, 'sys/bus/usb/devices', `${port}:1.${interfaceNumber}`);
  const hid = existsSync(folder)
    ? readdirSync(folder).find((name) => /^[0-9A-F]{4}(:[0-9A-F]{4}){2}\./i.test(name))
    : undefined;
  const descriptor = hid && join(folder, hid, 'report_descriptor');
  return descriptor && existsSync(descriptor) ? isFidoDescriptor(readFileSync(descriptor)) : undefined;
}
