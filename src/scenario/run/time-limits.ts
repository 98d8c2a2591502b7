/**
 * The time limits of a case and its steps. They stand still while somebody is asked to do something with their hands: that has a
 * patience of its own, and says nothing about the party on trial.
 */

import { type Clock, systemClock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';

interface Limit {
  hold(): void;
  release(): void;
}

export class TimeLimits {
  readonly #clock: Clock;
  readonly #limits = new Set<Limit>();
  #holds = 0;

  /** Not the clock of the case: letting time pass there takes no time here. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Runs `work` with a signal that aborts after `ms`, saying that `what` was not done in time. */
  async within<T>(ms: number, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const alarm = new Deadline(this.#clock, () => late.abort(new Error(`${what} was not done within ${ms} ms`)));
    const limit = this.#limit(ms, alarm);
    this.#limits.add(limit);
    if (this.#holds === 0) limit.release();
    try {
      return await work(late.signal);
    } finally {
      this.#limits.delete(limit);
      alarm.stop();
    }
  }

  /** Holds all limits, also those that begin meanwhile, until `work` has ended. */
  async standStillFor<T>(work: () => Promise<T>): Promise<T> {
    this.#holds += 1;
    if (this.#holds === 1) for (const limit of this.#limits) limit.hold();
    try {
      return await work();
    } finally {
      this.#holds -= 1;
      if (this.#holds === 0) for (const limit of this.#limits) limit.release();
    }
  }

  /** A limit that has not begun to run. */
  #limit(ms: number, alarm: Deadline): Limit {
    let leftMs = ms;
    let runsSince = 0;
    return {
      hold: () => {
        alarm.clear();
        leftMs -= this.#clock.monotonic() - runsSince;
      },
      release: () => {
        runsSince = this.#clock.monotonic();
        alarm.set(Math.max(0, leftMs));
      },
    };
  }
}
