/** A deadline that is moved often and rarely expires. Several moves share one sleep of the clock, so moving it is cheap. */
import type { Clock } from './clock.ts';

export class Deadline {
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  /** When the deadline expires, and when the current sleep ends; both on the monotonic clock. */
  #expiresAt = Number.POSITIVE_INFINITY;
  #wakesAt = Number.POSITIVE_INFINITY;
  #sleep: AbortController | undefined;

  /** `onExpired` is called once for each deadline that expires. */
  constructor(clock: Clock, onExpired: () => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Replaces the deadline: it expires in `ms` milliseconds, but not later than `latest` on the monotonic clock. */
  set(ms: number, latest = Number.POSITIVE_INFINITY): void {
    this.#expiresAt = Math.min(this.#clock.monotonic() + ms, latest);
    if (this.#expiresAt < this.#wakesAt) void this.#sleepUntilDue();
  }

  /** Removes the deadline. The current sleep is not interrupted, so a later `set` can reuse it. */
  clear(): void {
    this.#expiresAt = Number.POSITIVE_INFINITY;
  }

  /** Removes the deadline and ends the current sleep, so that no timer is left. */
  stop(): void {
    this.clear();
    this.#sleep?.abort('stopped');
  }

  async #sleepUntilDue(): Promise<void> {
    this.#sleep?.abort('an earlier deadline was set');
    const sleep = new AbortController();
    this.#sleep = sleep;
    for (let left = this.#leftMs(); left > 0 && left !== Number.POSITIVE_INFINITY; left = this.#leftMs()) {
      this.#wakesAt = this.#expiresAt;
      await this.#clock.sleep(left, sleep.signal).catch(() => undefined);
      if (this.#sleep !== sleep) return;
      if (sleep.signal.aborted) break;
    }
    this.#sleep = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    if (this.#leftMs() > 0) return;
    this.clear();
    this.#onExpired();
  }

  #leftMs(): number {
    return this.#expiresAt - this.#clock.monotonic();
  }
}
