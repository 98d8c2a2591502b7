/**
 * Gestures of the user: the interface that the authenticator requests them with, and ready-made sources.
 * The authenticator requests them through `user-presence.ts`; a source does not deal with CTAP.
 */

import { Waiters } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import type { EnrollSampleStatus } from '#protocol/management.ts';

/** A gesture that the authenticator requests. */
export interface GestureRequest {
  /**
   * `presence`: a touch; `long-touch`: a long touch, for a reset; `verification`: built-in user verification such as a
   * fingerprint; `enrollment`: one sample of a new fingerprint.
   */
  kind: 'presence' | 'long-touch' | 'verification' | 'enrollment';
  /** The relying party that the gesture is for; undefined for reset and selection. */
  rpId?: string | undefined;
  /** How long the authenticator waits, in milliseconds. */
  timeoutMs: number;
}

/**
 * The outcome of a gesture. `no-match` answers `verification`: the fingerprint is not enrolled. The sample statuses answer
 * `enrollment`; there, `granted` is a good sample.
 */
export type GestureOutcome = 'granted' | 'denied' | 'timeout' | 'no-match' | EnrollSampleStatus;

/** Answers the authenticator's requests for gestures. */
export interface GestureSource {
  /**
   * Returns the outcome of one gesture, as a promise if the gesture takes time. `signal` is aborted when the authenticator
   * stops waiting (cancelled, timed out or unplugged); the outcome is then ignored. An outcome without a promise starts no timer.
   */
  respond(request: GestureRequest, signal: AbortSignal): GestureOutcome | Promise<GestureOutcome>;
}

/** Touches at once; every fingerprint is enrolled. */
export const autoTouch: GestureSource = { respond: () => 'granted' };

/** Declines at once. */
export const denyTouch: GestureSource = { respond: () => 'denied' };

/** Never touches: the authenticator's own timeout ends the wait. */
export const neverTouch: GestureSource = { respond: () => new Promise(() => {}) };

/** Touches after `ms` milliseconds on `clock`. */
export const touchAfter = (ms: number, clock: Clock): GestureSource => ({
  async respond(_request, signal): Promise<GestureOutcome> {
    await clock.sleep(ms, signal);
    return 'granted';
  },
});

/**
 * A source that is controlled by method calls. An outcome given while no gesture is requested is kept for the next request,
 * so a script can run ahead of the authenticator.
 */
export class ManualGestures implements GestureSource {
  /** Outcomes for requests to come. */
  readonly #early: GestureOutcome[] = [];
  #openRequest: GestureRequest | undefined;
  readonly #outcomes = new Waiters<GestureOutcome>();
  readonly #requests = new Waiters<GestureRequest>();

  respond(request: GestureRequest, signal: AbortSignal): GestureOutcome | Promise<GestureOutcome> {
    this.#requests.notify(request);
    return this.#early.shift() ?? this.#waitForOutcome(request, signal);
  }

  /** Resolves with the open request, or with the next one. Rejects with the signal's reason when `signal` is aborted. */
  async whenAsked(signal?: AbortSignal): Promise<GestureRequest> {
    signal?.throwIfAborted();
    return this.#openRequest ?? this.#requests.wait(signal);
  }

  /** Touches; the fingerprint is enrolled. */
  touch(): void {
    this.#answer('granted');
  }

  /** Declines the gesture. */
  deny(): void {
    this.#answer('denied');
  }

  /** Puts a finger on the sensor. `match`: the fingerprint is enrolled. */
  finger(match: boolean): void {
    this.#answer(match ? 'granted' : 'no-match');
  }

  /** Puts a finger on the sensor during an enrollment, with this result. */
  sample(status: EnrollSampleStatus): void {
    this.#answer(status);
  }

  async #waitForOutcome(request: GestureRequest, signal: AbortSignal): Promise<GestureOutcome> {
    this.#openRequest = request;
    try {
      return await this.#outcomes.wait(signal);
    } finally {
      if (this.#openRequest === request) this.#openRequest = undefined;
    }
  }

  #answer(outcome: GestureOutcome): void {
    this.#openRequest = undefined;
    if (this.#outcomes.notify(outcome) === 0) this.#early.push(outcome);
  }
}
