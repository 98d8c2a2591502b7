/**
 * What the person at the authenticator does: the port, and ready-made people.
 * The authenticator asks through `user-presence.ts`; a source never sees CTAP.
 */

import type { Clock } from '#base/clock.ts';
import type { EnrollSampleStatus } from '#protocol/management.ts';

/** What the authenticator asks of the person. */
export interface GestureRequest {
  /**
   * `presence`: a touch; `long-touch`: one that lasts, for a reset; `verification`: a fingerprint or whatever the
   * authenticator verifies with; `enrollment`: one sample of a new finger.
   */
  kind: 'presence' | 'long-touch' | 'verification' | 'enrollment';
  /** The relying party the gesture is for; absent for reset and selection. */
  rpId?: string | undefined;
  /** How long the authenticator will wait. */
  timeoutMs: number;
}

/** `no-match` answers `verification`: a finger that is not enrolled. The sample statuses answer `enrollment`; `granted` is a good one. */
export type GestureOutcome = 'granted' | 'denied' | 'timeout' | 'no-match' | EnrollSampleStatus;

/** The person at the authenticator. */
export interface GestureSource {
  /**
   * One gesture. Pending until the person acts; `signal` aborts when the authenticator no longer waits (cancelled, timed
   * out, unplugged) and what follows is ignored. An answer at hand may come without a promise: then no timer is started.
   */
  respond(request: GestureRequest, signal: AbortSignal): GestureOutcome | Promise<GestureOutcome>;
}

/** Touches at once, with an enrolled finger. */
export const autoTouch: GestureSource = { respond: () => 'granted' };

/** Declines at once, where the authenticator has a way to say no. */
export const denyTouch: GestureSource = { respond: () => 'denied' };

/** Nobody there: the authenticator's own timeout ends the wait. */
export const neverTouch: GestureSource = { respond: () => new Promise(() => {}) };

/** Touches after `ms` milliseconds on `clock`. */
export const touchAfter = (ms: number, clock: Clock): GestureSource => ({
  async respond(_request, signal): Promise<GestureOutcome> {
    await clock.sleep(ms, signal);
    return 'granted';
  },
});

/**
 * Gestures fed from outside. An answer given while nobody asks is kept for the next question, so a script may run ahead
 * of the authenticator.
 */
export class ManualGestures implements GestureSource {
  #answers: GestureOutcome[] = [];
  #pending: { request: GestureRequest; settle(outcome: GestureOutcome): void } | undefined;
  #watchers = new Set<(request: GestureRequest) => void>();

  respond(request: GestureRequest, signal: AbortSignal): GestureOutcome | Promise<GestureOutcome> {
    for (const watcher of this.#watchers) watcher(request);
    this.#watchers.clear();
    const early = this.#answers.shift();
    if (early) return early;
    return new Promise((settle) => {
      const pending = { request, settle };
      this.#pending = pending;
      signal.addEventListener('abort', () => this.#forget(pending), { once: true });
    });
  }

  /** Resolves with the question that is open, or with the next one. Rejects with the signal's reason when aborted. */
  whenAsked(signal?: AbortSignal): Promise<GestureRequest> {
    if (this.#pending) return Promise.resolve(this.#pending.request);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.#watchers.delete(watcher);
        reject(signal?.reason);
      };
      const watcher = (request: GestureRequest) => {
        signal?.removeEventListener('abort', abort);
        resolve(request);
      };
      this.#watchers.add(watcher);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** A touch, with an enrolled finger. */
  touch(): void {
    this.#answer('granted');
  }

  /** Declines the question. */
  deny(): void {
    this.#answer('denied');
  }

  /** Lays a finger on the sensor: one that is enrolled, or one that is not. */
  finger(match: boolean): void {
    this.#answer(match ? 'granted' : 'no-match');
  }

  /** Lays a finger on the sensor while it is enrolled, well or badly. */
  sample(status: EnrollSampleStatus): void {
    this.#answer(status);
  }

  #answer(outcome: GestureOutcome): void {
    const pending = this.#pending;
    if (!pending) {
      this.#answers.push(outcome);
      return;
    }
    this.#pending = undefined;
    pending.settle(outcome);
  }

  #forget(pending: unknown): void {
    if (this.#pending === pending) this.#pending = undefined;
  }
}
