/**
 * A fake Linux machine with emulated keys plugged in: a temporary folder with the files that the kernel would show in sysfs,
 * device nodes, and a USB bus. It does not access real devices.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { fromHex } from '#base/bytes.ts';
import type { DeviceNodes } from '../hidraw/device-node.ts';
import type { HidrawSystem } from '../hidraw/hidraw.ts';
import type { ReportPipe } from '../report-pipe.ts';
import type { UsbDevice, UsbLibrary } from '../usb/library.ts';
import type { UsbSystem } from '../usb/usb.ts';

/** Report descriptor of a FIDO interface with 64-byte reports. */
export const fidoDescriptor = fromHex('06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0');
/** Report descriptor of a keyboard. */
export const keyboardDescriptor = fromHex(
  '05010906a101050719e029e71500250175019508810295017508810195057501050819012905910295017503910195067508150025650507190029658100c0',
);

export interface FakeKey {
  cable: ReportPipe & { readonly plugged: boolean };
  /** USB port, e.g. `1-2.4`; without it, the key is a virtual device (uhid). */
  port?: string;
  serial?: string;
  descriptor?: Uint8Array;
  /** Whether the device node exists. */
  node?: 'usable' | 'missing';
}

const createSystemError = (code: string): Error => Object.assign(new Error(`${code}: system call failed`), { code });

export class FakeMachine implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'touchstone-machine-'));
  readonly #keys: FakeKey[];

  constructor(...keys: FakeKey[]) {
    this.#keys = keys;
    for (const [number, key] of keys.entries()) this.#addKey(key, number);
  }

  get hidraw(): HidrawSystem {
    return { root: this.root, nodes: this.#createNodes() };
  }

  get usb(): UsbSystem {
    const devices = this.#keys.flatMap((key) => (key.port ? [createUsbDevice(key, key.port)] : []));
    const library: UsbLibrary = {
      getDevices: async () => devices,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    };
    return { platform: 'linux', root: this.root, load: async () => library };
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }

  #addKey({ port, serial = '', descriptor = fidoDescriptor, node = 'usable' }: FakeKey, number: number): void {
    const hid = `0003:1050:0407.000${number + 1}`;
    const parent = port ? `sys/devices/usb1/${port}` : 'sys/devices/virtual/misc/uhid';
    const device = join(this.root, parent, ...(port ? [`${port}:1.0`] : []), hid);
    this.#writeFile(join(device, 'report_descriptor'), descriptor);
    const uevent = `HID_ID=0003:00001050:00000407\nHID_NAME=Yubico YubiKey\nHID_UNIQ=${port ? '' : serial}\n`;
    this.#writeFile(join(device, 'uevent'), uevent);
    if (port) {
      const attributes = { idVendor: '1050', product: 'YubiKey OTP+FIDO', manufacturer: 'Yubico', serial };
      for (const [name, text] of Object.entries(attributes))
        this.#writeFile(join(this.root, parent, name), `${text}\n`);
      this.#addSymlink(join(this.root, parent, `${port}:1.0`), `sys/bus/usb/devices/${port}:1.0`);
    }
    this.#addSymlink(device, `sys/class/hidraw/hidraw${number}/device`);
    if (node === 'usable') this.#writeFile(join(this.root, `dev/hidraw${number}`), '');
  }

  #writeFile(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  #addSymlink(target: string, path: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    symlinkSync(target, join(this.root, path));
  }

  #createNodes(): DeviceNodes {
    const open = new Map<number, { key: FakeKey; waiting: Uint8Array[] }>();
    const find = (handle: number) => {
      const found = open.get(handle);
      if (!found) throw createSystemError('EBADF');
      return found;
    };
    return {
      open: (path) => {
        const key = this.#keys[Number(path.replace(/^.*hidraw/, ''))];
        if (!key?.cable.plugged) throw createSystemError('ENOENT');
        const waiting: Uint8Array[] = [];
        key.cable.onReport((report) => waiting.push(report.slice()));
        open.set(open.size + 3, { key, waiting });
        return open.size + 2;
      },
      read(handle, into) {
        const { key, waiting } = find(handle);
        if (!key.cable.plugged) throw createSystemError('EIO');
        const report = waiting.shift();
        if (!report) throw createSystemError('EAGAIN');
        into.set(report);
        return report.length;
      },
      write(handle, bytes) {
        const { key } = find(handle);
        if (!key.cable.plugged) throw createSystemError('ENODEV');
        if (bytes.length !== 65 || bytes[0] !== 0) throw createSystemError('EINVAL');
        key.cable.send(bytes.slice(1));
        return bytes.length;
      },
      close: (handle) => void open.delete(handle),
    };
  }
}

/** Returns a device of the package `usb` whose endpoints lead to the emulated key. */
function createUsbDevice({ cable, serial, descriptor = fidoDescriptor }: FakeKey, port: string): UsbDevice {
  const [bus = '', ...ports] = port.split(/[-.]/);
  const waiting: Uint8Array[] = [];
  let claimed = false;
  let isSending = false;
  const events = new EventTarget();
  const notify = () => events.dispatchEvent(new Event('change'));
  cable.onReport((report) => {
    waiting.push(report.slice());
    notify();
  });
  cable.onClose(notify);
  const nextReport = async (timeoutMs: number): Promise<Uint8Array> => {
    if (waiting.length === 0 && cable.plugged)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        events.addEventListener('change', () => resolve(clearTimeout(timer)), { once: true });
      });
    const report = waiting.shift();
    if (report) return report;
    throw new Error(`transferIn error: ${cable.plugged ? 'transfer was cancelled' : 'device disconnected'}`);
  };
  const endpoint = (direction: 'in' | 'out') => ({ endpointNumber: 1, direction, type: 'interrupt', packetSize: 64 });
  const alternate = { interfaceClass: 3, endpoints: [endpoint('in'), endpoint('out')] };
  const device: UsbDevice = {
    vendorId: 0x1050,
    productId: 0x0407,
    productName: 'YubiKey OTP+FIDO',
    manufacturerName: 'Yubico',
    serialNumber: serial,
    bus: bus.padStart(3, '0'),
    ports: ports.map(Number),
    configuration: { interfaces: [{ interfaceNumber: 0, alternate }] },
    open: async () => undefined,
    close: async () => undefined,
    detachKernelDriver: async () => undefined,
    attachKernelDriver: async () => undefined,
    claimInterface: async () => {
      claimed = true;
    },
    releaseInterface: async () => {
      claimed = false;
    },
    controlTransferIn: async () => ({ data: new DataView(descriptor.slice().buffer) }),
    transferIn: async (_endpoint, _length, timeoutMs) => ({
      data: new DataView((await nextReport(timeoutMs)).slice().buffer),
    }),
    async transferOut(_, data) {
      if (isSending) throw new Error('transferOut error: endpoint not found'); // the message of the package
      isSending = true;
      await immediate();
      isSending = false;
      if (!claimed) throw new Error('transferOut error: interface not claimed');
      if (!cable.plugged) throw new Error('transferOut error: device disconnected');
      cable.send(new Uint8Array(data as Uint8Array));
    },
  };
  return device;
}
