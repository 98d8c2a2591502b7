/** Sends reports in bursts with short pauses between them, in order, to a host that buffers a limited number of reports. */

import type { Clock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';

/** Reports per burst: Linux buffers 64 for a program that reads a hidraw device. */
const burstSize = 24;
const pauseMs = 1;

export class PacedReports {
  readonly #deliver: (report: Uint8Array) => void;
  readonly #pause: Deadline;
  #queue: Uint8Array[] = [];
  #leftInBurst = burstSize;

  constructor(clock: Clock, deliver: (report: Uint8Array) => void) {
    this.#deliver = deliver;
    this.#pause = new Deadline(clock, () => this.#startBurst());
  }

  send(report: Uint8Array): void {
    if (this.#leftInBurst > 0) this.#deliverNow(report);
    else this.#queue.push(report);
  }

  /** Drops the queued reports. */
  clear(): void {
    this.#queue = [];
  }

  /** Drops the queued reports and stops the timer. */
  stop(): void {
    this.clear();
    this.#pause.stop();
  }

  #deliverNow(report: Uint8Array): void {
    if (--this.#leftInBurst === 0) this.#pause.set(pauseMs);
    this.#deliver(report);
  }

  #startBurst(): void {
    this.#leftInBurst = burstSize;
    for (const report of this.#queue.splice(0, burstSize)) this.#deliverNow(report);
  }
}
