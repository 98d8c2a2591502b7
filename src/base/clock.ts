/** Time as a parameter: the calendar, a monotonic clock, and waiting. */

/** Every module reads time from a `Clock` that it is given. */
export interface Clock {
  /** Milliseconds since the Unix epoch, for dates that people or certificates see. */
  now(): number;
  /** Milliseconds from a fixed origin that never step back. */
  monotonic(): number;
  /** Resolves after `ms`. Rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface Sleeper {
  wakeAt: number;
  wake(): void;
}

/**
 * A clock that runs with the machine's time and can be moved forward: `advance` wakes whoever slept less.
 * Scenarios use it to let a minute pass without waiting one.
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
      // A process that stood still looks at its timers before its input: what came in time must be seen in time.
      const timer = setTimeout(() => setImmediate(sleeper.wake), Math.min(ms, 2 ** 31 - 1));
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Moves time forward; sleepers whose time has come wake in the order of their times. */
  advance(ms: number): void {
    this.#offsetMs += ms;
    const due = [...this.#sleepers].filter(({ wakeAt }) => wakeAt <= this.monotonic());
    for (const sleeper of due.toSorted((a, b) => a.wakeAt - b.wakeAt)) sleeper.wake();
  }
}

/** The machine's own time. */
export const systemClock: Clock = new AdjustableClock();
