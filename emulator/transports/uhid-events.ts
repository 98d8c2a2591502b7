/**
 * The events that cross `/dev/uhid`, as bytes: Linux `include/uapi/linux/uhid.h`. Pure. Numbers are in the machine's byte
 * order, and every machine that Node runs Linux on and anybody would plug a key into is little-endian.
 */
import { concat, utf8 } from '#base/bytes.ts';
import { fidoReportDescriptor } from './fido-hid.ts';
import type { UsbDevice } from './usb-identity.ts';

const eventType = {
  DESTROY: 1,
  START: 2,
  STOP: 3,
  OPEN: 4,
  CLOSE: 5,
  OUTPUT: 6,
  GET_REPORT: 9,
  GET_REPORT_REPLY: 10,
  CREATE2: 11,
  INPUT2: 12,
  SET_REPORT: 13,
  SET_REPORT_REPLY: 14,
} as const satisfies Record<string, number>;

/** `struct uhid_event`; one read never gives more. */
export const uhidEventLength = 4376;
const dataLength = 4096;
const busUsb = 3;
/** `enum uhid_report_type`. */
const outputReport = 1;
/** The answer to what the key does not have. */
const eio = 5;

/** What the kernel tells the key, as far as a key has to act on it. */
export type UhidEvent =
  | { type: 'START' | 'STOP' | 'OPEN' | 'CLOSE' }
  /** `data` as the host wrote it, report id first. */
  | { type: 'OUTPUT'; data: Uint8Array }
  | { type: 'GET_REPORT'; id: number }
  /** `data` is there for an output report only. */
  | { type: 'SET_REPORT'; id: number; data: Uint8Array | undefined }
  | { type: 'unknown'; code: number };

/** Reads an event. A short one is filled up with zeros, as the header file asks for; a length in it never reaches beyond its data. */
export function parseUhidEvent(bytes: Uint8Array): UhidEvent {
  const event = concat(bytes, new Uint8Array(Math.max(0, uhidEventLength - bytes.length)));
  const view = new DataView(event.buffer);
  const code = view.getUint32(0, true);
  const dataAt = (at: number, lengthAt: number) =>
    event.slice(at, at + Math.min(view.getUint16(lengthAt, true), dataLength, event.length - at));
  switch (code) {
    case eventType.START:
      return { type: 'START' };
    case eventType.STOP:
      return { type: 'STOP' };
    case eventType.OPEN:
      return { type: 'OPEN' };
    case eventType.CLOSE:
      return { type: 'CLOSE' };
    case eventType.OUTPUT:
      return { type: 'OUTPUT', data: dataAt(4, 4100) };
    case eventType.GET_REPORT:
      return { type: 'GET_REPORT', id: view.getUint32(4, true) };
    case eventType.SET_REPORT: {
      const data = event[9] === outputReport ? dataAt(12, 10) : undefined;
      return { type: 'SET_REPORT', id: view.getUint32(4, true), data };
    }
    default:
      return { type: 'unknown', code };
  }
}

/** Brings the device into being: name, ids, serial number (`HID_UNIQ`) and report descriptor. */
export function uhidCreate(device: UsbDevice): Uint8Array {
  const event = new Uint8Array(4 + 128 + 64 + 64 + 20 + dataLength);
  const view = new DataView(event.buffer);
  view.setUint32(0, eventType.CREATE2, true);
  event.set(cString(`${device.manufacturer} ${device.product}`, 128), 4);
  event.set(cString('touchstone', 64), 132);
  event.set(cString(device.serial ?? '', 64), 196);
  view.setUint16(260, fidoReportDescriptor.length, true);
  view.setUint16(262, busUsb, true);
  view.setUint32(264, device.vendorId, true);
  view.setUint32(268, device.productId, true);
  view.setUint32(272, device.release, true);
  event.set(fidoReportDescriptor, 280);
  return event;
}

export const uhidDestroy = (): Uint8Array => numbers(eventType.DESTROY);

/** A report of the key. */
export function uhidInput(report: Uint8Array): Uint8Array {
  const event = new Uint8Array(6 + report.length);
  const view = new DataView(event.buffer);
  view.setUint32(0, eventType.INPUT2, true);
  view.setUint16(4, report.length, true);
  event.set(report, 6);
  return event;
}

/** A FIDO key has no report that could be asked for. */
export const uhidNoReport = (id: number): Uint8Array => numbers(eventType.GET_REPORT_REPLY, id, eio);

/** `taken` is false for a report that the key does not have. */
export const uhidReportSet = (id: number, taken: boolean): Uint8Array =>
  numbers(eventType.SET_REPORT_REPLY, id, taken ? 0 : eio);

/** Event type, and what begins most replies: id and error; the kernel fills up what is missing with zeros. */
function numbers(type: number, id = 0, error = 0): Uint8Array {
  const event = new Uint8Array(12);
  const view = new DataView(event.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, id, true);
  view.setUint16(8, error, true);
  return event;
}

/** UTF-8, cut at a character so that a zero byte ends it. */
function cString(text: string, room: number): Uint8Array {
  let cut = text;
  while (utf8(cut).length >= room) cut = cut.slice(0, -1);
  return utf8(cut);
}
