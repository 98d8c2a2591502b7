/** Reports to a host that keeps only so many unread: a burst, a breath, the next burst. Their order stays. */

import type { Clock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';

/** Linux keeps 64 reports for a program that reads a hidraw device. */
const burst = 24;
const breathMs = 1;

export class PacedReports {
  readonly #deliver: (report: Uint8Array) => void;
  readonly #breath: Deadline;
  #waiting: Uint8Array[] = [];
  #left = burst;

  constructor(clock: Clock, deliver: (report: Uint8Array) => void) {
    this.#deliver = deliver;
    this.#breath = new Deadline(clock, () => this.#nextBurst());
  }

  send(report: Uint8Array): void {
    if (this.#left > 0) this.#give(report);
    else this.#waiting.push(report);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
  }

  /** Forgets what waits and holds no timer. */
  stop(): void {
    this.clear();
    this.#breath.stop();
  }

  #give(report: Uint8Array): void {
    if (--this.#left === 0) this.#breath.set(breathMs);
    this.#deliver(report);
  }

  #nextBurst(): void {
    this.#left = burst;
    for (const report of this.#waiting.splice(0, burst)) this.#give(report);
  }
}
