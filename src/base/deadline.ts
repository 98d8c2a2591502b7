/** A deadline that is moved often and hardly ever comes: one sleep of the clock serves many, so moving it costs next to nothing. */
import type { Clock } from './clock.ts';

export class Deadline {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /** When to ring, and when the sleep under way ends; on the monotonic clock. */
  #at = Number.POSITIVE_INFINITY;
  #wakesAt = Number.POSITIVE_INFINITY;
  #sleep: AbortController | undefined;

  /** `ring` is called once for each `set` whose time comes. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings in `ms`, but no later than `latest` on the monotonic clock, and no more for what was set before. */
  set(ms: number, latest = Number.POSITIVE_INFINITY): void {
    this.#at = Math.min(this.#clock.monotonic() + ms, latest);
    if (this.#at < this.#wakesAt) void this.#sleepUntilDue();
  }

  /** Does not ring. The sleep under way is left to end by itself. */
  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  /** Does not ring, and holds no timer. */
  stop(): void {
    this.clear();
    this.#sleep?.abort('stopped');
  }

  async #sleepUntilDue(): Promise<void> {
    this.#sleep?.abort('an earlier time was set');
    const sleep = new AbortController();
    this.#sleep = sleep;
    for (let left = this.#at - this.#clock.monotonic(); left > 0; left = this.#at - this.#clock.monotonic()) {
      if (left === Number.POSITIVE_INFINITY) break;
      this.#wakesAt = this.#at;
      await this.#clock.sleep(left, sleep.signal).catch(() => undefined);
      if (this.#sleep !== sleep) return;
      if (sleep.signal.aborted) break;
    }
    this.#sleep = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    if (this.#at > this.#clock.monotonic()) return;
    this.clear();
    this.#ring();
  }
}
