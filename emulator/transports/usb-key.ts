/**
 * A FIDO key as a USB device: answers to control requests (USB 2.0 chapter 9.4, HID 1.11 section 7.2), reports through two
 * interrupt endpoints. It knows no bus; what a request of a host is answered with goes through `complete`.
 */
import { reportLength } from '#protocol/ctaphid.ts';
import { fidoReportDescriptor } from './fido-hid.ts';
import { HidKey } from './hid-key.ts';
import type { KeyToServe, ServeOptions } from './served-key.ts';
import {
  configurationDescriptor,
  descriptorTypes,
  deviceDescriptor,
  endpointNumber,
  hidDescriptor,
  stringDescriptor,
} from './usb-descriptors.ts';
import type { UsbDevice } from './usb-identity.ts';

/** Reports that wait for a host which does not ask: the longest message and the keepalives before it. */
const mostWaiting = 160;

/** What a control transfer asks, USB 2.0 section 9.3. */
interface Setup {
  /** bmRequestType and bRequest, e.g. 0x8006 for GET_DESCRIPTOR of the device. */
  request: number;
  value: number;
  length: number;
}

const requests = {
  DEVICE_GET_STATUS: 0x8000,
  DEVICE_GET_DESCRIPTOR: 0x8006,
  GET_CONFIGURATION: 0x8008,
  SET_ADDRESS: 0x0005,
  SET_CONFIGURATION: 0x0009,
  INTERFACE_GET_STATUS: 0x8100,
  INTERFACE_GET_DESCRIPTOR: 0x8106,
  GET_INTERFACE: 0x810a,
  SET_INTERFACE: 0x010b,
  ENDPOINT_GET_STATUS: 0x8200,
  ENDPOINT_CLEAR_FEATURE: 0x0201,
  GET_REPORT: 0xa101,
  GET_IDLE: 0xa102,
  SET_REPORT: 0x2109,
  SET_IDLE: 0x210a,
} as const;

/** Report types of HID 1.11 section 7.2.1, in the high byte of wValue. */
const [inputReport, outputReport] = [1, 2];
const nothing = new Uint8Array(0);

/** What comes of a transfer: the bytes that it brings (none for one to the key), or a STALL. */
export type TransferResult = Uint8Array | 'stall';

/** Called with what comes of a transfer, at once or later. */
export type Complete = (result: TransferResult) => void;

/** Where the host's end is told. */
export interface UsbPort {
  /** The key is no longer there, or was away for a moment. */
  gone(): void;
}

export class UsbKey {
  readonly key: HidKey;
  readonly usb: UsbDevice;
  #configuration = 1;
  #idleRate = 0;
  /** Reports for the host, or the host's transfers that wait for one: never both. */
  #reports: Uint8Array[] = [];
  readonly #wanted: Complete[] = [];

  constructor({ inside, usb, ...shows }: KeyToServe, port: UsbPort, { clock, random }: ServeOptions) {
    this.usb = usb;
    const host = { send: (report: Uint8Array) => this.#toHost(report), gone: () => this.#gone(port) };
    this.key = new HidKey(inside, host, { ...shows, clock, random });
  }

  /** A control transfer. `data` is what the host sends with it. */
  control(setup: Uint8Array, data: Uint8Array): TransferResult {
    const view = new DataView(setup.buffer, setup.byteOffset, setup.length);
    const length = view.getUint16(6, true);
    const answer = this.#answer({ request: view.getUint16(0), value: view.getUint16(2, true), length }, data);
    return answer === undefined ? 'stall' : answer.subarray(0, length);
  }

  /** An interrupt transfer to the key: one report. */
  interruptOut(endpoint: number, report: Uint8Array): TransferResult {
    if (endpoint !== endpointNumber) return 'stall';
    queueMicrotask(() => this.key.receive(report)); // the transfer ends before the key acts on it
    return nothing;
  }

  /** An interrupt transfer from the key: it lasts until there is a report. */
  interruptIn(endpoint: number, complete: Complete): void {
    const result = endpoint === endpointNumber ? this.#reports.shift() : 'stall';
    if (result) complete(result);
    else this.#wanted.push(complete);
  }

  /** Takes a pending interrupt transfer back; true when it was pending. */
  cancel(complete: Complete): boolean {
    const index = this.#wanted.indexOf(complete);
    if (index >= 0) this.#wanted.splice(index, 1);
    return index >= 0;
  }

  #toHost(report: Uint8Array): void {
    const complete = this.#wanted.shift();
    if (complete) complete(report);
    else this.#reports.push(report);
    if (this.#reports.length > mostWaiting) this.#reports.shift();
  }

  #gone(port: UsbPort): void {
    this.#reports = [];
    this.#wanted.length = 0;
    this.#configuration = 1;
    port.gone();
  }

  /** Undefined for what the key does not know. */
  #answer(setup: Setup, data: Uint8Array): Uint8Array | undefined {
    const { request, value } = setup;
    const [type, index] = [value >> 8, value & 0xff];
    switch (request) {
      case requests.DEVICE_GET_DESCRIPTOR:
        return this.#deviceDescriptor(type, index);
      case requests.INTERFACE_GET_DESCRIPTOR:
        return type === descriptorTypes.report
          ? fidoReportDescriptor
          : type === descriptorTypes.hid
            ? hidDescriptor
            : undefined;
      case requests.DEVICE_GET_STATUS:
      case requests.INTERFACE_GET_STATUS:
      case requests.ENDPOINT_GET_STATUS:
        return new Uint8Array(2);
      case requests.GET_CONFIGURATION:
        return new Uint8Array([this.#configuration]);
      case requests.SET_CONFIGURATION:
        return this.#setConfiguration(value);
      case requests.GET_INTERFACE:
        return new Uint8Array(1);
      case requests.SET_INTERFACE:
      case requests.ENDPOINT_CLEAR_FEATURE: // the one alternative setting; a halt that never was
        return value === 0 ? nothing : undefined;
      case requests.SET_ADDRESS:
        return nothing;
      default:
        return this.#hidAnswer(setup, data);
    }
  }

  #hidAnswer({ request, value }: Setup, data: Uint8Array): Uint8Array | undefined {
    const type = value >> 8;
    if (request === requests.GET_IDLE) return new Uint8Array([this.#idleRate]);
    if (request === requests.SET_IDLE) {
      this.#idleRate = value >> 8;
      return nothing;
    }
    if (request === requests.GET_REPORT && type === inputReport)
      return this.#reports.shift() ?? new Uint8Array(reportLength);
    if (request === requests.SET_REPORT && type === outputReport) return this.#setReport(data);
    return undefined;
  }

  #deviceDescriptor(type: number, index: number): Uint8Array | undefined {
    if (type === descriptorTypes.string) return stringDescriptor(this.usb, index);
    if (type === descriptorTypes.device) return deviceDescriptor(this.usb);
    return type === descriptorTypes.configuration && index === 0 ? configurationDescriptor : undefined;
  }

  #setConfiguration(value: number): Uint8Array | undefined {
    if (value > 1) return undefined;
    this.#configuration = value;
    return nothing;
  }

  #setReport(report: Uint8Array): Uint8Array | undefined {
    if (report.length !== reportLength) return undefined;
    queueMicrotask(() => this.key.receive(report));
    return nothing;
  }
}
