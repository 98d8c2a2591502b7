/** Finds FIDO interfaces under `/sys/class/hidraw`. Only reads files; nothing is sent to a device. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isFidoDescriptor } from '../hid-report-descriptor.ts';
import type { AccessProblem, FoundDevice } from '../transport.ts';

/** Returns the FIDO interfaces of the machine whose file system is at `root`, ordered by node number. */
export function listFidoNodes(root: string): FoundDevice[] {
  const folder = join(root, 'sys/class/hidraw');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap((name) => readFidoNode(root, join(folder, name, 'device'), `/dev/${name}`));
}

/** Returns an empty array if the interface is not a FIDO interface, or if the device has just been unplugged. */
function readFidoNode(root: string, hidDevice: string, node: string): FoundDevice[] {
  try {
    if (!isFidoDescriptor(readFileSync(join(hidDevice, 'report_descriptor')))) return [];
    const uevent = parseUevent(readFileSync(join(hidDevice, 'uevent'), 'utf8'));
    const usbDevice = findUsbDevice(realpathSync(hidDevice));
    const readAttribute = (name: string) => usbDevice && readText(join(usbDevice, name));
    const [, vendorId, productId] = /^[0-9a-f]+:([0-9a-f]+):([0-9a-f]+)$/i.exec(uevent.HID_ID ?? '') ?? [];
    return [
      {
        address: `hidraw:${node}`,
        product: readAttribute('product') || uevent.HID_NAME || 'FIDO key',
        manufacturer: readAttribute('manufacturer'),
        serial: uevent.HID_UNIQ || readAttribute('serial') || undefined,
        vendorId: vendorId && Number.parseInt(vendorId, 16),
        productId: productId && Number.parseInt(productId, 16),
        port: usbDevice && basename(usbDevice),
        obstacle: findAccessProblem(join(root, node), node),
      } as FoundDevice,
    ];
  } catch {
    return [];
  }
}

/** Returns the sysfs folder of the USB device that contains a HID device; undefined for a HID device on another bus. */
function findUsbDevice(folder: string): string | undefined {
  for (let parent = dirname(folder); parent !== dirname(parent); parent = dirname(parent)) {
    if (existsSync(join(parent, 'idVendor'))) return parent;
  }
  return undefined;
}

/** Returns why the node cannot be opened and what to do about it, or undefined if it can be opened. */
export function findAccessProblem(path: string, node: string): AccessProblem | undefined {
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

const parseUevent = (uevent: string): Record<string, string> =>
  Object.fromEntries([...uevent.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value.trim()]));

const readText = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined;
