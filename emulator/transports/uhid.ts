/**
 * A key that is a HID device for the Linux kernel, through `/dev/uhid`: browsers, libfido2 and other users of hidraw find it.
 * The device node is polled without blocking, more often while a program has the key open: a blocking read would occupy one
 * of Node's few worker threads and keep the process from ending.
 */

import { systemClock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { messageOf } from '#base/errors.ts';
import { reportLength } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import { type AuthenticatorBackend, HidKey, type HidKeyOptions } from './hid-key.ts';
import { PacedReports } from './paced-reports.ts';
import { createServedKey, type ServedKey } from './served-key.ts';
import {
  encodeGetReportError,
  encodeSetReportReply,
  encodeUhidCreate,
  encodeUhidDestroy,
  encodeUhidInput,
  parseUhidEvent,
  type UhidEvent,
} from './uhid-events.ts';
import { openUhidNode, type UhidNode } from './uhid-node.ts';
import type { UsbDevice } from './usb-identity.ts';

/** The kernel queues 32 reports for the key and drops what arrives while the queue is full. A message of this length takes 21. */
export const maxUhidMessageLength = 1200;
/** Poll intervals: while a program has the key open, and otherwise. */
const openPollMs = 1;
const idlePollMs = 20;
/** Events handled in one poll, so that a host that never stops sending cannot block the process. */
const maxEventsPerPoll = 64;

/** How the key appears to the kernel. */
export interface UhidOptions extends HidKeyOptions {
  usb: UsbDevice;
  /** Default: opens `/dev/uhid`. */
  open?: (() => UhidNode) | undefined;
}

/**
 * Plugs a key into this machine's kernel. Its messages should not exceed `maxUhidMessageLength` bytes.
 * @throws {TransportError} `unavailable` if `/dev/uhid` cannot be used; the message says how to fix that.
 */
export async function serveUhid(authenticator: AuthenticatorBackend, options: UhidOptions): Promise<ServedKey> {
  const { usb, open = openUhidNode } = options;
  const node = open();
  const connection = new UhidConnection(node, () => encodeUhidCreate(usb), authenticator, options);
  try {
    connection.create();
  } catch (error) {
    node.close();
    throw error;
  }
  const name = `uhid:${usb.manufacturer} ${usb.product}`;
  return createServedKey(connection.key, { name }, async () => connection.close());
}

class UhidConnection {
  readonly key: HidKey;
  readonly #node: UhidNode;
  readonly #encodeCreate: () => Uint8Array;
  readonly #toHost: PacedReports;
  readonly #nextPoll: Deadline;
  /** The kernel drives the device from START to STOP; a program has it open from OPEN to CLOSE. */
  #started = false;
  #opened = false;
  #closed = false;

  constructor(
    node: UhidNode,
    encodeCreate: () => Uint8Array,
    authenticator: AuthenticatorBackend,
    options: HidKeyOptions,
  ) {
    const { clock = systemClock } = options;
    this.#node = node;
    this.#encodeCreate = encodeCreate;
    this.#toHost = new PacedReports(clock, (report) => this.#write(encodeUhidInput(report)));
    this.#nextPoll = new Deadline(clock, () => this.#poll());
    const send = (report: Uint8Array) => this.#toHost.send(report);
    const host = { send, onDisconnect: () => this.#destroy(), onReconnect: () => this.create() };
    this.key = new HidKey(authenticator, host, options);
  }

  /** @throws {TransportError} `unavailable` if the kernel rejects the device. */
  create(): void {
    try {
      this.#node.write(this.#encodeCreate());
    } catch (cause) {
      throw new TransportError('unavailable', `Cannot create a HID device: ${messageOf(cause)}`, { cause });
    }
    this.#nextPoll.set(openPollMs);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.key.unplug();
    this.#nextPoll.stop();
    this.#toHost.stop();
    this.#node.close();
  }

  /** Removes the device. Events that the kernel queued for it are dropped: they are not for the device created next. */
  #destroy(): void {
    this.#toHost.clear();
    this.#nextPoll.clear();
    this.#write(encodeUhidDestroy());
    while (this.#node.read());
    this.#started = false;
    this.#opened = false;
  }

  #poll(): void {
    for (let count = 0; count < maxEventsPerPoll; count++) {
      const bytes = this.#node.read();
      if (!bytes) break;
      this.#handle(parseUhidEvent(bytes));
    }
    if (this.key.plugged) this.#nextPoll.set(this.#opened ? openPollMs : idlePollMs);
  }

  #handle(event: UhidEvent): void {
    if (event.type === 'START' || event.type === 'STOP') this.#started = event.type === 'START';
    else if (event.type === 'OPEN' || event.type === 'CLOSE') this.#opened = event.type === 'OPEN';
    else if (event.type === 'OUTPUT') this.#receive(event.data);
    else if (event.type === 'GET_REPORT') this.#write(encodeGetReportError(event.id));
    else if (event.type === 'SET_REPORT') this.#setReport(event);
  }

  #setReport({ id, data }: UhidEvent & { type: 'SET_REPORT' }): void {
    this.#write(encodeSetReportReply(id, data !== undefined));
    if (data) this.#receive(data);
  }

  /** An output report follows its report id, which is 0: a FIDO key has one report, without an id. */
  #receive(data: Uint8Array): void {
    if (this.#started) this.key.receive(data.length === reportLength + 1 ? data.subarray(1) : data);
  }

  /** Ignores EINVAL: the kernel may have removed the device already. */
  #write(event: Uint8Array): void {
    try {
      this.#node.write(event);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    }
  }
}
