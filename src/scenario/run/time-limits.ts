/**
 * The time limits of a case and its steps. They are paused while the operator performs a manual action, because that has a
 * separate time limit and is not a failure of the party under test.
 */
import { type Clock, systemClock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';

interface Limit {
  pause(): void;
  resume(): void;
}

export class TimeLimits {
  readonly #clock: Clock;
  readonly #limits = new Set<Limit>();
  #pauses = 0;

  /** `clock` is not the clock of the case: a step that advances that clock takes no time here. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Runs `work` with a signal that aborts after `ms` milliseconds. The reason reports that `what` was not done in time. */
  async within<T>(ms: number, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = new AbortController();
    const deadline = new Deadline(this.#clock, () => timeout.abort(new Error(`${what} was not done within ${ms} ms`)));
    const limit = this.#createLimit(ms, deadline);
    this.#limits.add(limit);
    if (this.#pauses === 0) limit.resume();
    try {
      return await work(timeout.signal);
    } finally {
      this.#limits.delete(limit);
      deadline.stop();
    }
  }

  /** Pauses all limits until `work` has ended, also those that begin during it. */
  async pauseWhile<T>(work: () => Promise<T>): Promise<T> {
    this.#pauses += 1;
    if (this.#pauses === 1) for (const limit of this.#limits) limit.pause();
    try {
      return await work();
    } finally {
      this.#pauses -= 1;
      if (this.#pauses === 0) for (const limit of this.#limits) limit.resume();
    }
  }

  /** Creates a limit that is paused. */
  #createLimit(ms: number, deadline: Deadline): Limit {
    let leftMs = ms;
    let resumedAt = 0;
    return {
      pause: () => {
        deadline.clear();
        leftMs -= this.#clock.monotonic() - resumedAt;
      },
      resume: () => {
        resumedAt = this.#clock.monotonic();
        deadline.set(Math.max(0, leftMs));
      },
    };
  }
}
