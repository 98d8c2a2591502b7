/**
 * A Linux machine into which emulated keys are plugged: a file system with what the kernel shows of them, nodes that lead to
 * them, and a USB bus. Nothing of it touches a device.
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

/** The descriptor of a FIDO interface with 64-byte reports. */
export const fidoDescriptor = fromHex('06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0');
/** A keyboard's. */
export const keyboardDescriptor = fromHex(
  '05010906a101050719e029e71500250175019508810295017508810195057501050819012905910295017503910195067508150025650507190029658100c0',
);

export interface FakeKey {
  cable: ReportPipe & { readonly plugged: boolean };
  /** On the USB bus at this place; without it the key is made by a program (uhid). */
  port?: string;
  serial?: string;
  descriptor?: Uint8Array;
  /** Whether there is a node that may be opened. */
  node?: 'usable' | 'missing';
}

const failure = (code: string): Error => Object.assign(new Error(`${code}: as the kernel says it`), { code });

export class FakeMachine implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'touchstone-machine-'));
  readonly #keys: FakeKey[];

  constructor(...keys: FakeKey[]) {
    this.#keys = keys;
    for (const [number, key] of keys.entries()) this.#show(key, number);
  }

  get hidraw(): HidrawSystem {
    return { root: this.root, nodes: this.#nodes() };
  }

  get usb(): UsbSystem {
    const devices = this.#keys.flatMap((key) => (key.port ? [usbDevice(key, key.port)] : []));
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

  #show({ port, serial = '', descriptor = fidoDescriptor, node = 'usable' }: FakeKey, number: number): void {
    const hid = `0003:1050:0407.000${number + 1}`;
    const place = port ? `sys/devices/usb1/${port}` : 'sys/devices/virtual/misc/uhid';
    const device = join(this.root, place, ...(port ? [`${port}:1.0`] : []), hid);
    this.#write(join(device, 'report_descriptor'), descriptor);
    const uevent = `HID_ID=0003:00001050:00000407\nHID_NAME=Yubico YubiKey\nHID_UNIQ=${port ? '' : serial}\n`;
    this.#write(join(device, 'uevent'), uevent);
    if (port) {
      const attributes = { idVendor: '1050', product: 'YubiKey OTP+FIDO', manufacturer: 'Yubico', serial };
      for (const [name, text] of Object.entries(attributes)) this.#write(join(this.root, place, name), `${text}\n`);
      this.#link(join(this.root, place, `${port}:1.0`), `sys/bus/usb/devices/${port}:1.0`);
    }
    this.#link(device, `sys/class/hidraw/hidraw${number}/device`);
    if (node === 'usable') this.#write(join(this.root, `dev/hidraw${number}`), '');
  }

  #write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  #link(target: string, path: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    symlinkSync(target, join(this.root, path));
  }

  #nodes(): DeviceNodes {
    const open = new Map<number, { key: FakeKey; waiting: Uint8Array[] }>();
    const at = (handle: number) => {
      const found = open.get(handle);
      if (!found) throw failure('EBADF');
      return found;
    };
    return {
      open: (path) => {
        const key = this.#keys[Number(path.replace(/^.*hidraw/, ''))];
        if (!key?.cable.plugged) throw failure('ENOENT');
        const waiting: Uint8Array[] = [];
        key.cable.onReport((report) => waiting.push(report.slice()));
        open.set(open.size + 3, { key, waiting });
        return open.size + 2;
      },
      read(handle, into) {
        const { key, waiting } = at(handle);
        if (!key.cable.plugged) throw failure('EIO');
        const report = waiting.shift();
        if (!report) throw failure('EAGAIN');
        into.set(report);
        return report.length;
      },
      write(handle, bytes) {
        const { key } = at(handle);
        if (!key.cable.plugged) throw failure('ENODEV');
        if (bytes.length !== 65 || bytes[0] !== 0) throw failure('EINVAL');
        key.cable.send(bytes.slice(1));
        return bytes.length;
      },
      close: (handle) => void open.delete(handle),
    };
  }
}

/** A device as `usb` shows it, with the emulated key behind its endpoints. */
function usbDevice({ cable, serial, descriptor = fidoDescriptor }: FakeKey, port: string): UsbDevice {
  const [bus = '', ...ports] = port.split(/[-.]/);
  const waiting: Uint8Array[] = [];
  let claimed = false;
  let isSending = false;
  const arrivals = new EventTarget();
  const arrived = () => arrivals.dispatchEvent(new Event('report'));
  cable.onReport((report) => {
    waiting.push(report.slice());
    arrived();
  });
  cable.onClose(arrived);
  const next = async (timeoutMs: number): Promise<Uint8Array> => {
    if (waiting.length === 0 && cable.plugged)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        arrivals.addEventListener('report', () => resolve(clearTimeout(timer)), { once: true });
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
      data: new DataView((await next(timeoutMs)).slice().buffer),
    }),
    async transferOut(_, data) {
      if (isSending) throw new Error('transferOut error: endpoint not found'); // the library's words for it
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
