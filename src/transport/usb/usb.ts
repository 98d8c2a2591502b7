/**
 * Transport `usb`: security keys by the USB port they are plugged into, e.g. `usb:1-2.4`, bypassing the kernel's HID driver.
 * Linux only: macOS requires an entitlement and Windows does not release its driver. Browsers do not find a key while it is open.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { openCtapHid } from '../ctaphid-channel.ts';
import { isFidoDescriptor } from '../hid-report-descriptor.ts';
import type { FoundDevice, Transport } from '../transport.ts';
import { loadUsb, type UsbDevice, type UsbInterface, type UsbLibrary } from './library.ts';
import { findHidInterfaces, openUsbPipe } from './usb-pipe.ts';

export interface UsbSystem {
  platform: NodeJS.Platform;
  /** Root folder of the file system. */
  root: string;
  load(): Promise<UsbLibrary | undefined>;
}

/** Returns the transport for a system. */
export const createUsbTransport = (system: UsbSystem): Transport => ({
  scheme: 'usb',
  async list() {
    const devices = await listUsbDevices(system).catch(() => []);
    return devices.filter((device) => findFidoInterface(device, system) !== undefined).map(describeDevice);
  },
  async open(where, options) {
    if (!/^\d+-\d+(\.\d+)*$/.test(where))
      throw new UsageError(
        `Cannot open usb:${where}: expected usb:BUS-PORT, e.g. usb:1-2.4 (touchstone keys lists the addresses)`,
      );
    const name = `usb:${where}`;
    try {
      const device = (await listUsbDevices(system)).find((candidate) => formatPort(candidate) === where);
      if (!device) throw new Error('no device is plugged in at this port');
      const usbInterface = findFidoInterface(device, system);
      if (!usbInterface) throw new Error('the device at this port is not a FIDO key');
      return await openCtapHid(await openUsbPipe(name, device, usbInterface), options);
    } catch (cause) {
      if (cause instanceof TransportError) throw cause;
      throw new TransportError('unavailable', `Cannot open ${name}: ${messageOf(cause)}`, { cause });
    }
  },
});

export const usb = createUsbTransport({ platform: process.platform, root: '/', load: loadUsb });

async function listUsbDevices({ platform, load }: UsbSystem): Promise<UsbDevice[]> {
  if (platform !== 'linux') return [];
  return (await (await load())?.getDevices()) ?? [];
}

const describeDevice = (device: UsbDevice): FoundDevice => ({
  address: `usb:${formatPort(device)}`,
  product: device.productName || 'FIDO key',
  manufacturer: device.manufacturerName || undefined,
  serial: device.serialNumber || undefined,
  vendorId: device.vendorId,
  productId: device.productId,
  port: formatPort(device),
});

/** Returns bus and ports as Linux writes them, e.g. `1-2.4`. */
const formatPort = ({ bus, ports }: UsbDevice): string => `${Number.parseInt(bus, 10)}-${ports.join('.')}`;

/**
 * Returns the interface that the kernel lists as a FIDO interface. If the kernel has not read the report descriptor (another
 * program has claimed the interface), returns a HID interface with matching endpoints; its descriptor is checked on opening.
 */
function findFidoInterface(device: UsbDevice, { root }: UsbSystem): UsbInterface | undefined {
  const port = formatPort(device);
  const candidates = findHidInterfaces(device).map((usbInterface) => ({
    usbInterface,
    isFido: isFidoInterface(root, port, usbInterface.interfaceNumber),
  }));
  const match =
    candidates.find(({ isFido }) => isFido === true) ?? candidates.find(({ isFido }) => isFido === undefined);
  return match?.usbInterface;
}

/** Whether the report descriptor in sysfs is that of a FIDO interface; undefined if the kernel has not read the descriptor. */
function isFidoInterface(root: string, port: string, interfaceNumber: number): boolean | undefined {
  const folder = join(root, 'sys/bus/usb/devices', `${port}:1.${interfaceNumber}`);
  const hid = existsSync(folder)
    ? readdirSync(folder).find((name) => /^[0-9A-F]{4}(:[0-9A-F]{4}){2}\./i.test(name))
    : undefined;
  const descriptor = hid && join(folder, hid, 'report_descriptor');
  return descriptor && existsSync(descriptor) ? isFidoDescriptor(readFileSync(descriptor)) : undefined;
}
