/**
 * A key that the Linux kernel sees as a HID device: browsers, libfido2 and everything else that uses hidraw find it.
 * The node is read without blocking and asked on a clock, often while a program has the key open: a blocking read would
 * hold one of Node's few threads, or the end of the process.
 */

import { systemClock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { reportLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import { HidKey, type HidKeyOptions, type KeyInside } from './hid-key.ts';
import { PacedReports } from './paced-reports.ts';
import { type ServedKey, serving } from './served-key.ts';
import {
  parseUhidEvent,
  type UhidEvent,
  uhidCreate,
  uhidDestroy,
  uhidInput,
  uhidNoReport,
  uhidReportSet,
} from './uhid-events.ts';
import { openUhidNode, type UhidNode } from './uhid-node.ts';
import type { UsbDevice } from './usb-identity.ts';

/** The kernel queues 32 reports for the key; what comes while it is full is lost. A message of this length takes 21. */
export const longestUhidMessage = 1200;
/** How often the kernel is asked: while a program has the key open, and else. */
const openEveryMs = 1;
const idleEveryMs = 20;
/** At most so many events in a row, so that a host that never stops does not stop everything else. */
const mostInARow = 64;

/** How the kernel shall see the key. */
export interface UhidOptions extends HidKeyOptions {
  usb: UsbDevice;
  /** Another end than the machine's own kernel. */
  open?: (() => UhidNode) | undefined;
}

/**
 * Plugs a key into this machine's kernel. Its messages should keep to `longestUhidMessage`.
 * @throws {TransportError} `unavailable` when `/dev/uhid` cannot be used; the message says what helps.
 */
export async function serveUhid(inside: KeyInside, options: UhidOptions): Promise<ServedKey> {
  const { usb, open = openUhidNode } = options;
  const node = open();
  const cable = new UhidCable(node, () => uhidCreate(usb), inside, options);
  try {
    cable.plugIn();
  } catch (error) {
    node.close();
    throw error;
  }
  return serving(cable.key, { name: `uhid:${usb.manufacturer} ${usb.product}` }, async () => cable.close());
}

class UhidCable {
  readonly key: HidKey;
  readonly #node: UhidNode;
  readonly #created: () => Uint8Array;
  readonly #toHost: PacedReports;
  readonly #nextLook: Deadline;
  /** From START to STOP the device is the host's; between OPEN and CLOSE a program uses it. */
  #started = false;
  #opened = false;
  #closed = false;

  constructor(node: UhidNode, created: () => Uint8Array, inside: KeyInside, options: HidKeyOptions) {
    const { clock = systemClock } = options;
    this.#node = node;
    this.#created = created;
    this.#toHost = new PacedReports(clock, (report) => this.#write(uhidInput(report)));
    this.#nextLook = new Deadline(clock, () => this.#look());
    const send = (report: Uint8Array) => this.#toHost.send(report);
    this.key = new HidKey(inside, { send, gone: () => this.#pullOut(), back: () => this.plugIn() }, options);
  }

  /** @throws {TransportError} `unavailable` when the kernel does not take the device. */
  plugIn(): void {
    try {
      this.#node.write(this.#created());
    } catch (cause) {
      const message = `cannot create a HID device: ${(cause as Error).message}`;
      throw new TransportError('unavailable', message, { cause });
    }
    this.#nextLook.set(openEveryMs);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.key.unplug();
    this.#nextLook.stop();
    this.#toHost.stop();
    this.#node.close();
  }

  /** What the kernel had queued before it let go belongs to the key that is gone. */
  #pullOut(): void {
    this.#toHost.clear();
    this.#nextLook.clear();
    this.#write(uhidDestroy());
    while (this.#node.read());
    this.#started = false;
    this.#opened = false;
  }

  #look(): void {
    for (let count = 0; count < mostInARow; count++) {
      const bytes = this.#node.read();
      if (!bytes) break;
      this.#handle(parseUhidEvent(bytes));
    }
    if (this.key.plugged) this.#nextLook.set(this.#opened ? openEveryMs : idleEveryMs);
  }

  #handle(event: UhidEvent): void {
    if (event.type === 'START' || event.type === 'STOP') this.#started = event.type === 'START';
    else if (event.type === 'OPEN' || event.type === 'CLOSE') this.#opened = event.type === 'OPEN';
    else if (event.type === 'OUTPUT') this.#output(event.data);
    else if (event.type === 'GET_REPORT') this.#write(uhidNoReport(event.id));
    else if (event.type === 'SET_REPORT') this.#setReport(event);
  }

  #setReport({ id, data }: UhidEvent & { type: 'SET_REPORT' }): void {
    this.#write(uhidReportSet(id, data !== undefined));
    if (data) this.#output(data);
  }

  /** A report comes behind the byte that names it; the one unnumbered report of a FIDO key has a zero there. */
  #output(data: Uint8Array): void {
    if (this.#started) this.key.receive(data.length === reportLength + 1 ? data.subarray(1) : data);
  }

  /** The kernel may have let go of the device by itself: then nobody hears. */
  #write(event: Uint8Array): void {
    try {
      this.#node.write(event);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    }
  }
}
