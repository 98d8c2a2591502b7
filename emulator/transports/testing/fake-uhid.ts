/** A fake of the kernel's side of `/dev/uhid`. It follows the rules of `drivers/hid/uhid.c`, and programs can open the HID device. */
import { concat, uint } from '#base/bytes.ts';
import type { ReportPipe } from '#transport/report-pipe.ts';
import type { UhidNode } from '../uhid-node.ts';

/** Capacity of the kernel's queue of events for the key. */
const queueLength = 32;

export class FakeUhid {
  /** Every event that the key wrote. */
  readonly written: Uint8Array[] = [];
  /** Number of events dropped because the queue was full. */
  dropped = 0;
  closed = false;
  #queue: Uint8Array[] = [];
  #exists = false;
  #onReport: (report: Uint8Array) => void = () => undefined;
  #onClose: (reason: Error) => void = () => undefined;

  readonly node: UhidNode = {
    read: () => this.#queue.shift(),
    write: (event) => this.#handle(event),
    close: () => {
      this.#destroy();
      this.closed = true;
    },
  };

  get exists(): boolean {
    return this.#exists;
  }

  /** Opens the hidraw device, as a program does. */
  open(): ReportPipe {
    this.queueEvent(4);
    return {
      name: 'hidraw:fake',
      send: (report) => this.output(concat(new Uint8Array(1), report)),
      onReport: (listener) => {
        this.#onReport = listener;
      },
      onClose: (listener) => {
        this.#onClose = listener;
      },
      close: async () => this.queueEvent(5),
    };
  }

  /** Queues what a program writes, beginning with the report id. */
  output(data: Uint8Array): void {
    const event = new Uint8Array(4099);
    event.set(data);
    event.set([data.length & 0xff, data.length >> 8, 1], 4096);
    if (this.#exists) this.queueEvent(6, event);
  }

  /** Queues an event for the key. `rest` follows the type. */
  queueEvent(type: number, rest: Uint8Array = new Uint8Array(0)): void {
    const event = new Uint8Array(4376);
    event.set(concat(uint(type, 4).reverse(), rest));
    if (this.#queue.length < queueLength) this.#queue.push(event);
    else this.dropped += 1;
  }

  #handle(event: Uint8Array): void {
    this.written.push(event.slice());
    const [type] = event;
    if (type === 11) this.#create();
    else if (!this.#exists) throw Object.assign(new Error('EINVAL: invalid argument, write'), { code: 'EINVAL' });
    else if (type === 1) this.#destroy();
    else if (type === 12) this.#onReport(event.slice(6, 6 + event[4]!));
  }

  #create(): void {
    if (this.#exists) throw Object.assign(new Error('EALREADY: device exists, write'), { code: 'EALREADY' });
    this.#exists = true;
    this.queueEvent(2);
  }

  #destroy(): void {
    if (!this.#exists) return;
    this.#exists = false;
    this.queueEvent(3);
    this.#onClose(new Error('The device was removed'));
  }
}
