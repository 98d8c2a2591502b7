/**
 * Encoding of USB/IP, protocol version 1.1.1 (Linux Documentation/usb/usbip_protocol.rst), big-endian. Pure. A connection begins
 * with one operation: list the devices, or import one. After an import, USB requests (URBs) for that device follow.
 */
import { concat, uint, utf8 } from '#base/bytes.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { UsbDevice } from './usb-identity.ts';

const version = 0x0111;
const operations = { devlist: 0x8005, import: 0x8003 } as const;
/** A request's operation code has this bit, its reply has not. */
const requestBit = 0x8000;
export type UsbIpOperation = keyof typeof operations;

export const operationLength = 8;
export const busIdLength = 32;
export const urbHeaderLength = 48;

/** Status of an import reply, as the Linux tools define it. */
export const importStatus = { ok: 0, busy: 2, noDevice: 4 } as const;

const usbIpCommands = { submit: 1, unlink: 2, submitReply: 3, unlinkReply: 4 } as const;
/** Linux error numbers that a URB completes with. */
export const urbStatus = { ok: 0, stalled: -32, unlinked: -104 } as const;
/** Full speed, in `enum usb_device_speed`. */
const fullSpeed = 2;
/** The length of a control transfer has 16 bits; no transfer of a key is longer. */
const maxTransferLength = 0xffff;

/** A device of the server's device list. */
export interface ExportedDevice {
  /** Bus and port, e.g. `1-1`. */
  busId: string;
  bus: number;
  device: number;
  usb: UsbDevice;
}

/** A USB request: submits a transfer, or cancels a pending one. */
export type UrbRequest =
  | {
      command: 'submit';
      sequence: number;
      endpoint: number;
      direction: 'in' | 'out';
      length: number;
      setup: Uint8Array;
    }
  | { command: 'unlink'; sequence: number; targetSequence: number };

/** @throws {ProtocolViolation} if the version is not 1.1.1, or the operation is unknown. */
export function parseOperation(bytes: Uint8Array): UsbIpOperation {
  const view = viewOf(bytes);
  if (view.getUint16(0) !== version)
    throw violation('version', 0, `Expected USB/IP version 0x111, got 0x${view.getUint16(0).toString(16)}`);
  const code = view.getUint16(2);
  for (const [name, value] of Object.entries(operations)) if (value === code) return name as UsbIpOperation;
  throw violation('operation', 2, `Expected a USB/IP operation, got 0x${code.toString(16)}`);
}

export function parseBusId(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('latin1');
}

/** @throws {ProtocolViolation} for an unknown command, a device that is not imported, isochronous packets, or an invalid direction or length. */
export function parseUrb(bytes: Uint8Array, { bus, device }: ExportedDevice): UrbRequest {
  const view = viewOf(bytes);
  const [command, sequence, devId] = [view.getUint32(0), view.getUint32(4), view.getUint32(8)];
  if (devId !== bus * 0x1_0000 + device)
    throw violation('device', 8, `Device 0x${devId.toString(16)} of the request was not imported on this connection`);
  if (command === usbIpCommands.unlink) return { command: 'unlink', sequence, targetSequence: view.getUint32(20) };
  if (command !== usbIpCommands.submit) throw violation('command', 0, `Expected a USB/IP command, got ${command}`);
  const [direction, endpoint] = [view.getUint32(12), view.getUint32(16)];
  const [length, packets] = [view.getUint32(24), view.getInt32(32)];
  if (direction > 1) throw violation('direction', 12, `Expected direction 0 or 1, got ${direction}`);
  if (length > maxTransferLength)
    throw violation('length', 24, `Expected a transfer of at most ${maxTransferLength} bytes, got ${length}`);
  if (packets > 0)
    throw violation('packets', 32, 'Expected no isochronous packets: a FIDO key has no isochronous endpoint');
  const setup = bytes.slice(40, urbHeaderLength);
  return { command: 'submit', sequence, endpoint, direction: direction === 1 ? 'in' : 'out', length, setup };
}

export function encodeDeviceList(devices: readonly ExportedDevice[]): Uint8Array {
  const interfaces = new Uint8Array([0x03, 0x00, 0x00, 0x00]); // class HID, no subclass, no protocol, padding
  const records = devices.flatMap((device) => [deviceRecord(device), interfaces]);
  return concat(reply('devlist', importStatus.ok), uint(devices.length, 4), ...records);
}

/** Encodes the reply to an import. Without a device it consists of the status only. */
export const encodeImportReply = (device: ExportedDevice | undefined, status: number): Uint8Array =>
  device ? concat(reply('import', status), deviceRecord(device)) : reply('import', status);

/** Encodes the completion of a transfer. `data` is the data of an IN transfer; `actualLength` is the number of bytes transferred. */
export function encodeSubmitReply(
  sequence: number,
  status: number,
  data: Uint8Array,
  actualLength = data.length,
): Uint8Array {
  const header = new Uint8Array(urbHeaderLength);
  const view = viewOf(header);
  view.setUint32(0, usbIpCommands.submitReply);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  view.setUint32(24, actualLength);
  return concat(header, data);
}

export function encodeUnlinkReply(sequence: number, status: number): Uint8Array {
  const header = new Uint8Array(urbHeaderLength);
  const view = viewOf(header);
  view.setUint32(0, usbIpCommands.unlinkReply);
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
    new Uint8Array([0, 0, 0]), // class, subclass, protocol: given by the interface
    new Uint8Array([1, 1, 1]), // configuration value, number of configurations, number of interfaces
  );
}

function padded(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(utf8(text));
  return bytes;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const violation = (rule: string, offset: number, message: string) =>
  new ProtocolViolation({ rule: `usbip.${rule}`, section: 'USB/IP protocol 1.1.1', offset }, message);
