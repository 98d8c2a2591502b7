/** The clock as a parameter: wall-clock time, monotonic time and sleeping, so that tests and scenarios control time. */

/** Modules take the time from a `Clock` parameter, never from the system directly. */
export interface Clock {
  /** Returns milliseconds since the Unix epoch, for dates in certificates, records and messages. */
  now(): number;
  /** Returns milliseconds since a fixed origin; the value never decreases. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds. Rejects with the reason of `signal` when the signal is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface Sleeper {
  wakeAt: number;
  wake(): void;
}

/**
 * A clock that follows the system clock and can be moved forward: `advance` resolves every sleep that is then due.
 * Scenarios use it to test timeouts without waiting for them.
 */
export class AdjustableClock implements Clock {
  #offsetMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  monotonic(): number {
    return performance.now() + this.#offsetMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const abort = () => finish(() => reject(signal?.reason));
      const sleeper: Sleeper = { wakeAt: this.monotonic() + ms, wake: () => finish(resolve) };
      // After a stall, Node runs due timers before pending input. `setImmediate` lets input that arrived in time be
      // processed before the sleep ends.
      const timer = setTimeout(() => setImmediate(sleeper.wake), Math.min(ms, 2 ** 31 - 1));
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Moves time forward by `ms`. Sleeps that are then due resolve in the order of their times. */
  advance(ms: number): void {
    this.#offsetMs += ms;
    const due = [...this.#sleepers].filter(({ wakeAt }) => wakeAt <= this.monotonic());
    for (const sleeper of due.toSorted((a, b) => a.wakeAt - b.wakeAt)) sleeper.wake();
  }
}

/** The system clock. */
export const systemClock: Clock = new AdjustableClock();
