/**
 * Encoding of the events of `/dev/uhid`: Linux `include/uapi/linux/uhid.h`. Pure. Numbers have the machine's byte order; this
 * file assumes little-endian, which all common Linux platforms of Node use.
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

/** Size of `struct uhid_event`, the maximum length of one read. */
export const uhidEventLength = 4376;
const dataLength = 4096;
const busUsb = 3;
/** `enum uhid_report_type`. */
const outputReport = 1;
/** Error code of the reply to a request for a report that the key does not have. */
const eio = 5;

/** An event from the kernel that a key has to handle; any other is `unknown`. */
export type UhidEvent =
  | { type: 'START' | 'STOP' | 'OPEN' | 'CLOSE' }
  /** `data` is what the host wrote, beginning with the report id. */
  | { type: 'OUTPUT'; data: Uint8Array }
  | { type: 'GET_REPORT'; id: number }
  /** `data` is undefined unless the report is an output report. */
  | { type: 'SET_REPORT'; id: number; data: Uint8Array | undefined }
  | { type: 'unknown'; code: number };

/** Parses an event. Pads a short event with zeros, as the header file specifies, and limits a length field to the data that exists. */
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

/** Encodes UHID_CREATE2, which creates the device: name, ids, serial number (`HID_UNIQ`) and report descriptor. */
export function encodeUhidCreate(device: UsbDevice): Uint8Array {
  const event = new Uint8Array(4 + 128 + 64 + 64 + 20 + dataLength);
  const view = new DataView(event.buffer);
  view.setUint32(0, eventType.CREATE2, true);
  event.set(encodeCString(`${device.manufacturer} ${device.product}`, 128), 4);
  event.set(encodeCString('touchstone', 64), 132);
  event.set(encodeCString(device.serial ?? '', 64), 196);
  view.setUint16(260, fidoReportDescriptor.length, true);
  view.setUint16(262, busUsb, true);
  view.setUint32(264, device.vendorId, true);
  view.setUint32(268, device.productId, true);
  view.setUint32(272, device.release, true);
  event.set(fidoReportDescriptor, 280);
  return event;
}

/** Encodes UHID_DESTROY, which removes the device. */
export const encodeUhidDestroy = (): Uint8Array => encodeShortEvent(eventType.DESTROY);

/** Encodes UHID_INPUT2: a report from the key. */
export function encodeUhidInput(report: Uint8Array): Uint8Array {
  const event = new Uint8Array(6 + report.length);
  const view = new DataView(event.buffer);
  view.setUint32(0, eventType.INPUT2, true);
  view.setUint16(4, report.length, true);
  event.set(report, 6);
  return event;
}

/** Encodes the reply to GET_REPORT: an error, because a FIDO key has no such report. */
export const encodeGetReportError = (id: number): Uint8Array => encodeShortEvent(eventType.GET_REPORT_REPLY, id, eio);

/** Encodes the reply to SET_REPORT: an error for a report that the key does not have. */
export const encodeSetReportReply = (id: number, accepted: boolean): Uint8Array =>
  encodeShortEvent(eventType.SET_REPORT_REPLY, id, accepted ? 0 : eio);

/** Encodes an event that consists of its type, a request id and an error code. The kernel pads the rest with zeros. */
function encodeShortEvent(type: number, id = 0, error = 0): Uint8Array {
  const event = new Uint8Array(12);
  const view = new DataView(event.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, id, true);
  view.setUint16(8, error, true);
  return event;
}

/** Encodes text as UTF-8, cut at a character boundary to fit into `size` bytes with a terminating zero. */
function encodeCString(text: string, size: number): Uint8Array {
  let cut = text;
  while (utf8(cut).length >= size) cut = cut.slice(0, -1);
  return utf8(cut);
}
