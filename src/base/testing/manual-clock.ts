/** A clock for tests that moves only when `advance` is called, so that test results do not depend on the speed of the machine. */
import type { Clock } from '../clock.ts';

export class ManualClock implements Clock {
  #elapsedMs = 0;
  readonly #sleepers = new Set<{ wakeAt: number; wake(): void }>();

  /** The number of pending sleeps. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper = { wakeAt: this.#elapsedMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Moves time forward by `ms`. Sleeps that are then due resolve in the order of their times. */
  advance(ms: number): void {
    this.#elapsedMs += ms;
    const due = [...this.#sleepers].filter(({ wakeAt }) => wakeAt <= this.#elapsedMs);
    for (const { wake } of due.toSorted((a, b) => a.wakeAt - b.wakeAt)) wake();
  }
}
