/**
 * HID reports over the interrupt endpoints of a USB device. The interface is detached from the kernel driver when the pipe
 * opens and returned to it when the pipe closes.
 */
import { setImmediate as immediate } from 'node:timers/promises';
import { reportLength } from '#protocol/ctaphid.ts';
import { isFidoDescriptor } from '../hid-report-descriptor.ts';
import { PipeClosure } from '../pipe-closure.ts';
import type { ReportPipe } from '../report-pipe.ts';
import type { UsbDevice, UsbInterface } from './library.ts';
import { ReadDemand } from './read-demand.ts';

const hidClass = 3;
/**
 * Timeout of one read. A report that arrives while the library cancels a read is lost, so a read for an expected report
 * lasts longer than a device may be silent. Closing the pipe during a message waits for this read.
 */
const readTimeoutMs = 4000;
/** Timeout of a read that discards late reports. */
const drainTimeoutMs = 10;

/** Returns the interfaces that may carry CTAPHID: class HID, with a 64-byte interrupt endpoint in each direction. */
export const findHidInterfaces = ({ configuration }: UsbDevice): UsbInterface[] =>
  (configuration?.interfaces ?? []).filter(
    ({ alternate }) =>
      alternate.interfaceClass === hidClass &&
      findEndpoint(alternate, 'in') !== undefined &&
      findEndpoint(alternate, 'out') !== undefined,
  );

const findEndpoint = ({ endpoints }: UsbInterface['alternate'], direction: 'in' | 'out'): number | undefined =>
  endpoints.find(
    (each) => each.direction === direction && each.type === 'interrupt' && each.packetSize === reportLength,
  )?.endpointNumber;

/**
 * Opens the device, claims the interface and checks its report descriptor.
 * @throws {Error} if the interface cannot be claimed or is not a FIDO interface. It is released in that case.
 */
export async function openUsbPipe(name: string, device: UsbDevice, usbInterface: UsbInterface): Promise<ReportPipe> {
  const { interfaceNumber, alternate } = usbInterface;
  const [inEndpoint, outEndpoint] = [findEndpoint(alternate, 'in'), findEndpoint(alternate, 'out')];
  if (inEndpoint === undefined || outEndpoint === undefined)
    throw new Error(`Interface ${interfaceNumber} has no 64-byte interrupt endpoints`);
  await device.open();
  try {
    await device.detachKernelDriver(interfaceNumber).catch(() => undefined); // fails if no driver is bound
    await device.claimInterface(interfaceNumber);
    if (!isFidoDescriptor(await readReportDescriptor(device, interfaceNumber)))
      throw new Error(`Interface ${interfaceNumber} is not a FIDO interface`);
  } catch (error) {
    await releaseDevice(device, interfaceNumber);
    throw error;
  }
  return new UsbPipe(name, device, { interfaceNumber, inEndpoint, outEndpoint });
}

/** GET_DESCRIPTOR of type 0x22 (report), HID 1.11 section 7.1.1. */
async function readReportDescriptor(device: UsbDevice, index: number): Promise<Uint8Array> {
  const setup = { requestType: 'standard', recipient: 'interface', request: 0x06, value: 0x2200, index } as const;
  const { data } = await device.controlTransferIn(setup, 512);
  return toBytes(data);
}

interface ClaimedInterface {
  interfaceNumber: number;
  inEndpoint: number;
  outEndpoint: number;
}

class UsbPipe implements ReportPipe {
  readonly name: string;
  readonly #device: UsbDevice;
  readonly #claimed: ClaimedInterface;
  readonly #closure = new PipeClosure();
  readonly #demand = new ReadDemand();
  readonly #receiving: Promise<void>;
  /** The endpoint takes one transfer at a time; the library rejects a second one. */
  #sending: Promise<unknown> = Promise.resolve();
  #onReport: (report: Uint8Array) => void = () => undefined;

  constructor(name: string, device: UsbDevice, claimed: ClaimedInterface) {
    this.name = name;
    this.#device = device;
    this.#claimed = claimed;
    this.#receiving = this.#receive();
  }

  send(report: Uint8Array): void {
    if (this.#closure.isClosed) return;
    const copy = report.slice();
    const transfer = async () => {
      await this.#demand.readerReady;
      if (!this.#closure.isClosed) await this.#device.transferOut(this.#claimed.outEndpoint, copy);
    };
    this.#sending = this.#sending.then(transfer).catch((error: Error) => this.#closure.close(error));
  }

  onReport(listener: (report: Uint8Array) => void): void {
    this.#onReport = listener;
  }

  onClose(listener: (reason: Error) => void): void {
    this.#closure.onClose(listener);
  }

  startReading(): () => void {
    return this.#demand.start();
  }

  async close(): Promise<void> {
    if (!this.#closure.closeLocally()) return;
    this.#demand.start(); // ends a pending `waitUntilActive`
    await Promise.all([this.#receiving, this.#sending]);
    await releaseDevice(this.#device, this.#claimed.interfaceNumber);
  }

  /** Reads while reports are expected. Afterwards it discards late reports, so that the next message starts with an empty queue. */
  async #receive(): Promise<void> {
    while (!this.#closure.isClosed) {
      await this.#demand.waitUntilActive();
      while (this.#demand.isActive && !this.#closure.isClosed) {
        await this.#read(readTimeoutMs);
        await immediate(); // a caller that has its answer stops the demand first
      }
      this.#demand.stop();
      while (!this.#closure.isClosed && (await this.#read(drainTimeoutMs)));
    }
    this.#demand.close();
  }

  /** Reads one report and passes it on. Returns false if none arrived in time. */
  async #read(timeoutMs: number): Promise<boolean> {
    try {
      const { data } = await this.#device.transferIn(this.#claimed.inEndpoint, reportLength, timeoutMs);
      if (!this.#closure.isClosed && data) this.#onReport(toBytes(data));
      return true;
    } catch (error) {
      if (!isTimeout(error)) this.#closure.close(error as Error);
      return false;
    }
  }
}

/** Whether a transfer failed only because the library cancelled it after its timeout. */
const isTimeout = (error: unknown): boolean => /cancel|timed? ?out/i.test((error as Error).message);

/** Returns the interface to the kernel driver, so that browsers find the key again. Ignores errors of a device that is gone. */
async function releaseDevice(device: UsbDevice, interfaceNumber: number): Promise<void> {
  const attempt = (work: Promise<void>) => work.catch(() => undefined);
  await attempt(device.releaseInterface(interfaceNumber));
  await attempt(device.attachKernelDriver(interfaceNumber));
  await attempt(device.close());
}

const toBytes = (data: DataView | undefined): Uint8Array =>
  data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() : new Uint8Array(0);
