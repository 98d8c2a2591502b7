/** The kernel's end of `/dev/uhid` for tests: it keeps the rules of `drivers/hid/uhid.c`, and a program can use the HID device it has. */
import { concat, uint } from '#base/bytes.ts';
import type { ReportPipe } from '#transport/report-pipe.ts';
import type { UhidNode } from '../uhid-node.ts';

/** The kernel's queue towards the key. */
const queueLength = 32;

export class FakeUhid {
  /** Every event that was written, as it came. */
  readonly written: Uint8Array[] = [];
  /** Reports that the queue had no room for. */
  lost = 0;
  closed = false;
  #queue: Uint8Array[] = [];
  #exists = false;
  #onReport: (report: Uint8Array) => void = () => undefined;
  #onClose: (reason: Error) => void = () => undefined;

  readonly node: UhidNode = {
    read: () => this.#queue.shift(),
    write: (event) => this.#take(event),
    close: () => {
      this.#destroy();
      this.closed = true;
    },
  };

  get exists(): boolean {
    return this.#exists;
  }

  /** A program opens the hidraw device. */
  open(): ReportPipe {
    this.tell(4);
    return {
      name: 'hidraw:fake',
      send: (report) => this.output(concat(new Uint8Array(1), report)),
      onReport: (listener) => {
        this.#onReport = listener;
      },
      onClose: (listener) => {
        this.#onClose = listener;
      },
      close: async () => this.tell(5),
    };
  }

  /** What a program writes, report id first. */
  output(data: Uint8Array): void {
    const event = new Uint8Array(4099);
    event.set(data);
    event.set([data.length & 0xff, data.length >> 8, 1], 4096);
    if (this.#exists) this.tell(6, event);
  }

  tell(type: number, rest: Uint8Array = new Uint8Array(0)): void {
    const event = new Uint8Array(4376);
    event.set(concat(uint(type, 4).reverse(), rest));
    if (this.#queue.length < queueLength) this.#queue.push(event);
    else this.lost += 1;
  }

  #take(event: Uint8Array): void {
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
    this.tell(2);
  }

  #destroy(): void {
    if (!this.#exists) return;
    this.#exists = false;
    this.tell(3);
    this.#onClose(new Error('the device was removed'));
  }
}
