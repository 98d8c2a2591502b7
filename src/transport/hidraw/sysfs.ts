/** What Linux knows of the FIDO interfaces under `/sys/class/hidraw`. Reads files, sends nothing to a device. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isFidoDescriptor } from '../hid-report-descriptor.ts';
import type { FoundDevice, Obstacle } from '../transport.ts';

/** FIDO interfaces of the machine whose file system is at `root`, in the order of their numbers. */
export function fidoNodes(root: string): FoundDevice[] {
  const folder = join(root, 'sys/class/hidraw');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap((name) => fidoNode(root, join(folder, name, 'device'), `/dev/${name}`));
}

/** A device that is pulled while it is looked at is not there. */
function fidoNode(root: string, hidDevice: string, node: string): FoundDevice[] {
  try {
    if (!isFidoDescriptor(readFileSync(join(hidDevice, 'report_descriptor')))) return [];
    const uevent = variables(readFileSync(join(hidDevice, 'uevent'), 'utf8'));
    const usbDevice = usbDeviceAbove(realpathSync(hidDevice));
    const attribute = (name: string) => usbDevice && textOf(join(usbDevice, name));
    const [, vendorId, productId] = /^[0-9a-f]+:([0-9a-f]+):([0-9a-f]+)$/i.exec(uevent.HID_ID ?? '') ?? [];
    return [
      {
        address: `hidraw:${node}`,
        product: attribute('product') || uevent.HID_NAME || 'FIDO key',
        manufacturer: attribute('manufacturer'),
        serial: uevent.HID_UNIQ || attribute('serial') || undefined,
        vendorId: vendorId && Number.parseInt(vendorId, 16),
        productId: productId && Number.parseInt(productId, 16),
        port: usbDevice && basename(usbDevice),
        obstacle: obstacleAt(join(root, node), node),
      } as FoundDevice,
    ];
  } catch {
    return [];
  }
}

/** The folder of the USB device that a HID device belongs to; undefined for one on another bus. */
function usbDeviceAbove(folder: string): string | undefined {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    if (existsSync(join(above, 'idVendor'))) return above;
  }
  return undefined;
}

/** Why the node may not be opened; undefined when it may be. */
export function obstacleAt(path: string, node: string): Obstacle | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return existsSync(path)
      ? {
          why: `no permission to open ${node}`,
          remedy:
            'install the udev rule (touchstone keys --udev-rule prints it, with what to do), then plug the key in again',
        }
      : {
          why: `${node} does not exist`,
          remedy: 'in a container, pass the device on (--device), and plug the key in again',
        };
  }
}

const variables = (uevent: string): Record<string, string> =>
  Object.fromEntries([...uevent.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value!.trim()]));

const textOf = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined;
