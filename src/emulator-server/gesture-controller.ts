/**
 * Answers the gesture requests of an emulated key: by its touch policy (`--touch`), or by single gestures from the keyboard or
 * the control API, which take precedence. Structurally a `GestureSource` of the emulator.
 */
import type { Clock } from '#base/clock.ts';
import type { EnrollSampleStatus } from '#protocol/management.ts';
import type { TouchPolicy } from './touch-policy.ts';

/** A gesture that the key requests. */
export interface GestureRequest {
  kind: 'presence' | 'long-touch' | 'verification' | 'enrollment';
  rpId?: string | undefined;
}

/** Failed fingerprint samples that a gesture can produce. */
export const failedSamples = [
  'too-high',
  'too-low',
  'too-left',
  'too-right',
  'too-fast',
  'too-slow',
  'poor-quality',
  'too-skewed',
  'too-short',
] as const satisfies EnrollSampleStatus[];
type FailedSample = (typeof failedSamples)[number];

/** One gesture. `unknown-finger` and failed samples count as a touch if the key requests a touch. */
export type Gesture = 'touch' | 'deny' | 'unknown-finger' | FailedSample;

export type GestureOutcome = 'granted' | 'denied' | 'no-match' | FailedSample;

interface PendingRequest {
  request: GestureRequest;
  settle(outcome: GestureOutcome): void;
  /** Aborted when the key no longer waits. */
  ended: AbortSignal;
}

export class GestureController {
  readonly #clock: Clock;
  readonly #onRequest: (request: GestureRequest | undefined) => void;
  #touchPolicy: TouchPolicy;
  #pending: PendingRequest | undefined;
  /** Gestures performed while no request was pending. They answer the next requests. */
  readonly #queued: Gesture[] = [];

  /** `onRequest` is called with each request that has to wait, and with undefined when the wait ends. */
  constructor(clock: Clock, touchPolicy: TouchPolicy, onRequest: (request: GestureRequest | undefined) => void) {
    this.#clock = clock;
    this.#touchPolicy = touchPolicy;
    this.#onRequest = onRequest;
  }

  get touchPolicy(): TouchPolicy {
    return this.#touchPolicy;
  }

  /** Applies to a pending request, too. */
  set touchPolicy(policy: TouchPolicy) {
    this.#touchPolicy = policy;
    if (this.#pending) this.#applyPolicy(this.#pending);
  }

  /** The request that the key waits for now. */
  get pendingRequest(): GestureRequest | undefined {
    return this.#pending?.request;
  }

  /** Returns the outcome of a gesture request, as a promise if it has to wait. `signal` is aborted when the key no longer waits. */
  respond(request: GestureRequest, signal: AbortSignal): GestureOutcome | Promise<GestureOutcome> {
    const queued = this.#queued.shift();
    if (queued) return outcomeOf(queued, request);
    if (this.#touchPolicy === 'auto') return 'granted';
    return new Promise((settle) => {
      const pending = { request, settle, ended: signal };
      this.#pending = pending;
      this.#onRequest(request);
      signal.addEventListener('abort', () => this.#close(pending), { once: true });
      this.#applyPolicy(pending);
    });
  }

  /** Answers the pending request and returns true; without one, queues the gesture for the next request and returns false. */
  perform(gesture: Gesture): boolean {
    const pending = this.#pending;
    if (!pending) {
      this.#queued.push(gesture);
      return false;
    }
    this.#close(pending);
    pending.settle(outcomeOf(gesture, pending.request));
    return true;
  }

  #applyPolicy(pending: PendingRequest): void {
    if (this.#touchPolicy === 'auto') this.perform('touch');
    else if (typeof this.#touchPolicy === 'object') void this.#touchLater(this.#touchPolicy, pending);
  }

  async #touchLater(policy: { afterMs: number }, pending: PendingRequest): Promise<void> {
    await this.#clock.sleep(policy.afterMs, pending.ended).catch(() => undefined);
    if (this.#pending === pending && this.#touchPolicy === policy) this.perform('touch');
  }

  #close(pending: PendingRequest): void {
    if (this.#pending !== pending) return;
    this.#pending = undefined;
    this.#onRequest(undefined);
  }
}

/** Returns what a gesture means for a request. */
function outcomeOf(gesture: Gesture, { kind }: GestureRequest): GestureOutcome {
  if (gesture === 'touch') return 'granted';
  if (gesture === 'deny') return 'denied';
  if (kind === 'verification') return 'no-match';
  return kind === 'enrollment' && gesture !== 'unknown-finger' ? gesture : 'granted';
}
