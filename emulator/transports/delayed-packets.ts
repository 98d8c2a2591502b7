/** Sends packets in their order, some of them late: the transmission of a response that a defect alters. */
import { noLongerNeeded } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import type { ResponsePacket } from '../fault-hooks.ts';

export class DelayedPackets {
  readonly #clock: Clock;
  readonly #send: (report: Uint8Array) => void;
  #power = new AbortController();

  constructor(clock: Clock, send: (report: Uint8Array) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Sends each packet after its delay. Packets up to the first late one are sent at once. Never rejects. */
  async send(packets: readonly ResponsePacket[]): Promise<void> {
    const { signal } = this.#power;
    for (const { report, delayMs = 0 } of packets) {
      if (delayMs > 0) await this.#clock.sleep(delayMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      this.#send(report);
    }
  }

  /** The power is lost: packets that wait are not sent. */
  clear(): void {
    this.#power.abort(noLongerNeeded);
    this.#power = new AbortController();
  }
}
