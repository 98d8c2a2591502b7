/** Reports straight over a USB device's interrupt endpoints. The interface is taken from the kernel's driver, and given back. */
import { setImmediate as immediate } from 'node:timers/promises';
import { reportLength } from '#protocol/ctaphid.ts';
import { isFidoDescriptor } from '../hid-report-descriptor.ts';
import { Ending } from '../pipe-closure.ts';
import type { ReportPipe } from '../report-pipe.ts';
import type { UsbDevice, UsbInterface } from './library.ts';
import { Attention } from './read-demand.ts';

const hidClass = 3;
/**
 * How long one request for a report stands. A report that comes in the moment in which the library gives a request up is lost:
 * one that is awaited stands longer than any device may be silent, and closing in the middle of a message waits for it.
 */
const awaitedMs = 4000;
/** How long it is looked afterwards for what comes late. */
const lateMs = 10;

/** The interfaces that may carry CTAPHID: HID, with an interrupt endpoint of 64 bytes each way. */
export const candidates = ({ configuration }: UsbDevice): UsbInterface[] =>
  (configuration?.interfaces ?? []).filter(
    ({ alternate }) =>
      alternate.interfaceClass === hidClass && endpoint(alternate, 'in') !== undefined && endpoint(alternate, 'out'),
  );

const endpoint = ({ endpoints }: UsbInterface['alternate'], wanted: 'in' | 'out'): number | undefined =>
  endpoints.find(
    ({ direction, type, packetSize }) => direction === wanted && type === 'interrupt' && packetSize === reportLength,
  )?.endpointNumber;

/**
 * Takes the interface and opens it.
 * @throws {Error} when it cannot be taken, or turns out not to be a FIDO one; it is given back then.
 */
export async function openUsbPipe(name: string, device: UsbDevice, face: UsbInterface): Promise<ReportPipe> {
  const { interfaceNumber } = face;
  await device.open();
  try {
    // No driver may be bound.
    await device.detachKernelDriver(interfaceNumber).catch(() => undefined);
    await device.claimInterface(interfaceNumber);
    if (!isFidoDescriptor(await reportDescriptor(device, interfaceNumber)))
      throw new Error(`interface ${interfaceNumber} is not a FIDO one`);
  } catch (error) {
    await giveBack(device, interfaceNumber);
    throw error;
  }
  return usbPipe(name, device, face);
}

/** GET_DESCRIPTOR of type 0x22, HID 1.11 section 7.1.1. */
async function reportDescriptor(device: UsbDevice, index: number): Promise<Uint8Array> {
  const setup = { requestType: 'standard', recipient: 'interface', request: 0x06, value: 0x2200, index } as const;
  const { data } = await device.controlTransferIn(setup, 512);
  return bytesOf(data);
}

function usbPipe(name: string, device: UsbDevice, { interfaceNumber, alternate }: UsbInterface): ReportPipe {
  const ending = new Ending();
  const attention = new Attention();
  let listener: (report: Uint8Array) => void = () => undefined;
  /** The endpoint takes one transfer at a time, and the library refuses a second one. */
  let sending: Promise<unknown> = Promise.resolve();
  const receiving = receive();

  /** False when nothing came in time. */
  async function look(timeoutMs: number): Promise<boolean> {
    try {
      const { data } = await device.transferIn(endpoint(alternate, 'in')!, reportLength, timeoutMs);
      if (!ending.is && data) listener(bytesOf(data));
      return true;
    } catch (error) {
      if (!isPause(error)) ending.happened(error as Error);
      return false;
    }
  }

  /** Before somebody sends, what comes late is taken out: only then does a look end without danger to what is awaited. */
  async function receive(): Promise<void> {
    while (!ending.is) {
      await attention.wanted();
      while (attention.isPaid && !ending.is) {
        await look(awaitedMs);
        await immediate(); // whoever has what was awaited looks away first
      }
      attention.rest();
      while (!ending.is && (await look(lateMs)));
    }
    attention.end();
  }

  return {
    name,
    send(report) {
      if (ending.is) return;
      const copy = report.slice();
      const transfer = async () => {
        await attention.ready;
        if (!ending.is) await device.transferOut(endpoint(alternate, 'out')!, copy);
      };
      sending = sending.then(transfer).catch((error: Error) => ending.happened(error));
    },
    onReport(next) {
      listener = next;
    },
    onClose: (next) => ending.listen(next),
    attend: () => attention.pay(),
    async close() {
      if (!ending.closedHere()) return;
      attention.pay(); // so that both come to their end
      await Promise.all([receiving, sending]);
      await giveBack(device, interfaceNumber);
    },
  };
}

/** Nothing came meanwhile: the library has given up the transfer, and we ask again. */
const isPause = (error: unknown): boolean => /cancel|timed? ?out/i.test((error as Error).message);

/** What was taken goes back to the kernel, so that browsers find the key again. A device that is gone takes nothing back. */
async function giveBack(device: UsbDevice, interfaceNumber: number): Promise<void> {
  const attempt = (work: Promise<void>) => work.catch(() => undefined);
  await attempt(device.releaseInterface(interfaceNumber));
  await attempt(device.attachKernelDriver(interfaceNumber));
  await attempt(device.close());
}

const bytesOf = (data: DataView | undefined): Uint8Array =>
  data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() : new Uint8Array(0);
