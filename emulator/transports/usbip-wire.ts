/**
 * USB/IP, protocol version 1.1.1 (Linux Documentation/usb/usbip_protocol.rst), as bytes, big-endian. Pure. First one operation:
 * list the devices or import one; on the connection of an imported device USB requests (URBs) follow.
 */
import { concat, uint, utf8 } from '#base/bytes.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { UsbDevice } from './usb-identity.ts';

const version = 0x0111;
const operations = { devlist: 0x8005, import: 0x8003 } as const;
/** A reply has the operation's code without this bit. */
const requestBit = 0x8000;
export type UsbIpOperation = keyof typeof operations;

export const operationLength = 8;
export const busIdLength = 32;
export const urbHeaderLength = 48;

/** Why a device is not given out, in the words of the Linux tools. */
export const importStatus = { ok: 0, busy: 2, noDevice: 4 } as const;

const usbIpCommands = { submit: 1, unlink: 2, submitted: 3, unlinked: 4 } as const;
/** Linux error numbers, as a URB ends with them. */
export const urbStatus = { ok: 0, stalled: -32, unlinked: -104 } as const;
/** Full speed, in `enum usb_device_speed`. */
const fullSpeed = 2;
/** The length of a control transfer is 16 bits; nobody needs more of a key. */
const longestTransfer = 0xffff;

/** A device as lists name it. */
export interface ExportedDevice {
  /** Bus and port, e.g. `1-1`. */
  busId: string;
  bus: number;
  device: number;
  usb: UsbDevice;
}

/** A USB request: a transfer, or that a pending one is taken back. */
export type UrbRequest =
  | {
      command: 'submit';
      sequence: number;
      endpoint: number;
      direction: 'in' | 'out';
      length: number;
      setup: Uint8Array;
    }
  | { command: 'unlink'; sequence: number; unlinks: number };

/** @throws {ProtocolViolation} for another version or an operation that no client asks for. */
export function parseOperation(bytes: Uint8Array): UsbIpOperation {
  const view = viewOf(bytes);
  if (view.getUint16(0) !== version)
    throw violation('version', 0, `USB/IP version 0x${view.getUint16(0).toString(16)} was found, 0x0111 is wanted`);
  const code = view.getUint16(2);
  for (const [name, value] of Object.entries(operations)) if (value === code) return name as UsbIpOperation;
  throw violation('operation', 2, `there is no USB/IP operation 0x${code.toString(16)}`);
}

export function parseBusId(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('latin1');
}

/** @throws {ProtocolViolation} for another command, another device, isochronous packets or a length that no key can have. */
export function parseUrb(bytes: Uint8Array, { bus, device }: ExportedDevice): UrbRequest {
  const view = viewOf(bytes);
  const [command, sequence, devId] = [view.getUint32(0), view.getUint32(4), view.getUint32(8)];
  if (devId !== bus * 0x1_0000 + device)
    throw violation('device', 8, `the request is for device 0x${devId.toString(16)}, which was not imported here`);
  if (command === usbIpCommands.unlink) return { command: 'unlink', sequence, unlinks: view.getUint32(20) };
  if (command !== usbIpCommands.submit) throw violation('command', 0, `there is no USB/IP command ${command}`);
  const [direction, endpoint] = [view.getUint32(12), view.getUint32(16)];
  const [length, packets] = [view.getUint32(24), view.getInt32(32)];
  if (direction > 1) throw violation('direction', 12, `direction ${direction} was found, 0 or 1 is wanted`);
  if (length > longestTransfer)
    throw violation('length', 24, `a transfer of ${length} bytes is more than ${longestTransfer}`);
  if (packets > 0) throw violation('packets', 32, 'a key has no isochronous endpoint');
  const setup = bytes.slice(40, urbHeaderLength);
  return { command: 'submit', sequence, endpoint, direction: direction === 1 ? 'in' : 'out', length, setup };
}

export function deviceList(devices: readonly ExportedDevice[]): Uint8Array {
  const interfaces = new Uint8Array([0x03, 0x00, 0x00, 0x00]); // class HID, no subclass, no protocol, padding
  const records = devices.flatMap((device) => [deviceRecord(device), interfaces]);
  return concat(reply('devlist', importStatus.ok), uint(devices.length, 4), ...records);
}

/** Without a device only the status says why. */
export const imported = (device: ExportedDevice | undefined, status: number): Uint8Array =>
  device ? concat(reply('import', status), deviceRecord(device)) : reply('import', status);

/** The end of a transfer. `data` is what an IN transfer brings; an OUT transfer says how much was taken. */
export function submitted(sequence: number, status: number, data: Uint8Array, taken = data.length): Uint8Array {
  const header = new Uint8Array(urbHeaderLength);
  const view = viewOf(header);
  view.setUint32(0, usbIpCommands.submitted);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  view.setUint32(24, taken);
  return concat(header, data);
}

export function unlinked(sequence: number, status: number): Uint8Array {
  const header = new Uint8Array(urbHeaderLength);
  const view = viewOf(header);
  view.setUint32(0, usbIpCommands.unlinked);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  return header;
}

const reply = (operation: UsbIpOperation, status: number): Uint8Array =>
  concat(uint(version, 2), uint(operations[operation] & ~requestBit, 2), uint(status, 4));

/** `struct usbip_usb_device`, 312 bytes. */
function deviceRecord({ busId, bus, device, usb }: ExportedDevice): Uint8Array {
  return concat(
    padded(`/sys/devices/touchstone/usb${bus}/${busId}`, 256),
    padded(busId, busIdLength),
    uint(bus, 4),
    uint(device, 4),
    uint(fullSpeed, 4),
    uint(usb.vendorId, 2),
    uint(usb.productId, 2),
    uint(usb.release, 2),
    new Uint8Array([0, 0, 0]), // class, subclass, protocol: the interface says
    new Uint8Array([1, 1, 1]), // configuration value, configurations, interfaces
  );
}

function padded(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(utf8(text));
  return bytes;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const violation = (rule: string, offset: number, message: string) =>
  new ProtocolViolation(`usbip.${rule}`, 'USB/IP protocol 1.1.1', offset, message);
