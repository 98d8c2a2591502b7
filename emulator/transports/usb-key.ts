/**
 * A FIDO key as a USB device: control requests (USB 2.0 section 9.4, HID 1.11 section 7.2), and reports through two interrupt
 * endpoints. Independent of the bus: the host's transfers are method calls, and their results are return values or callbacks.
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

/** Reports queued for a host that does not read them: the longest message and the keepalives before it. */
const maxQueuedReports = 160;

/** Setup packet of a control transfer, USB 2.0 section 9.3. */
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

/** Result of a transfer: its bytes (none for a transfer to the key), or a STALL. */
export type TransferResult = Uint8Array | 'stall';

/** Called with the result of a transfer, at once or later. */
export type TransferCallback = (result: TransferResult) => void;

/** The bus that the key is connected to. */
export interface UsbBus {
  /** The key was unplugged, or lost power for a moment. */
  onDisconnect(): void;
}

export class UsbKey {
  readonly key: HidKey;
  readonly usb: UsbDevice;
  #configuration = 1;
  #idleRate = 0;
  /** Reports that wait for a transfer of the host, or transfers that wait for a report; one of the two is always empty. */
  #reports: Uint8Array[] = [];
  readonly #pendingTransfers: TransferCallback[] = [];

  constructor({ authenticator, usb, ...properties }: KeyToServe, bus: UsbBus, { clock, random }: ServeOptions) {
    this.usb = usb;
    const host = { send: (report: Uint8Array) => this.#sendReport(report), onDisconnect: () => this.#disconnect(bus) };
    this.key = new HidKey(authenticator, host, { ...properties, clock, random });
  }

  /** Executes a control transfer; `data` is what the host sends with it. */
  handleControlTransfer(setup: Uint8Array, data: Uint8Array): TransferResult {
    const view = new DataView(setup.buffer, setup.byteOffset, setup.length);
    const length = view.getUint16(6, true);
    const response = this.#executeRequest({ request: view.getUint16(0), value: view.getUint16(2, true), length }, data);
    return response === undefined ? 'stall' : response.subarray(0, length);
  }

  /** Executes an interrupt transfer to the key: one report. */
  receiveInterruptOut(endpoint: number, report: Uint8Array): TransferResult {
    if (endpoint !== endpointNumber) return 'stall';
    queueMicrotask(() => this.key.receive(report)); // the transfer completes before the key processes the report
    return nothing;
  }

  /** Starts an interrupt transfer from the key, which completes when there is a report. */
  requestInterruptIn(endpoint: number, complete: TransferCallback): void {
    const result = endpoint === endpointNumber ? this.#reports.shift() : 'stall';
    if (result) complete(result);
    else this.#pendingTransfers.push(complete);
  }

  /** Cancels a pending interrupt transfer. Returns whether it was pending. */
  cancel(complete: TransferCallback): boolean {
    const index = this.#pendingTransfers.indexOf(complete);
    if (index >= 0) this.#pendingTransfers.splice(index, 1);
    return index >= 0;
  }

  #sendReport(report: Uint8Array): void {
    const complete = this.#pendingTransfers.shift();
    if (complete) complete(report);
    else this.#reports.push(report);
    if (this.#reports.length > maxQueuedReports) this.#reports.shift();
  }

  #disconnect(bus: UsbBus): void {
    this.#reports = [];
    this.#pendingTransfers.length = 0;
    this.#configuration = 1;
    bus.onDisconnect();
  }

  /** Returns the response to a request; undefined for a request that the key does not support. */
  #executeRequest(setup: Setup, data: Uint8Array): Uint8Array | undefined {
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
      case requests.ENDPOINT_CLEAR_FEATURE: // there is one alternate setting, and the endpoint is never halted
        return value === 0 ? nothing : undefined;
      case requests.SET_ADDRESS:
        return nothing;
      default:
        return this.#executeHidRequest(setup, data);
    }
  }

  #executeHidRequest({ request, value }: Setup, data: Uint8Array): Uint8Array | undefined {
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
