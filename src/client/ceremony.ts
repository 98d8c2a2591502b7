/**
 * The life of one ceremony: it ends by its result, a failure, the timeout, the page's abort or the user's refusal - once,
 * and whatever ended it first is what the page gets. Nothing it started (timer, listener, question) outlives it.
 */

import { abortable, LinkedAbort, over } from '#base/async.ts';
import type { Phase } from '#result/timeline.ts';
import type { CtapDevice, Keepalive } from '#transport/device.ts';
import { type ClientContext, type ClientPolicy, defaultPolicy } from './context.ts';
import { CeremonyError, toWebAuthnError } from './status-to-dom-exception.ts';
import { type Cancelled, cancelled, type PresencePrompt, type UserInteraction } from './user-interaction.ts';

const notMeasured = () => undefined;

/**
 * Runs `work` as a ceremony of at most `timeoutMs`.
 * @throws {WebAuthnError} for every failure; the page's own abort reason when the page aborted.
 */
export async function runCeremony<T>(
  context: ClientContext,
  timeoutMs: number,
  work: (ceremony: Ceremony) => Promise<T>,
): Promise<T> {
  const ceremony = new Ceremony(context, timeoutMs);
  try {
    return await work(ceremony);
  } catch (error) {
    throw ceremony.conclude(error);
  } finally {
    ceremony[Symbol.dispose]();
  }
}

export class Ceremony implements Disposable {
  readonly context: ClientContext;
  readonly policy: ClientPolicy;
  /** Devices that were pulled and are still listed: they do not count until they left the list. */
  readonly removed = new Set<CtapDevice>();
  readonly #controller = new AbortController();
  readonly #onPageAbort = () => this.end(this.context.signal?.reason);

  constructor(context: ClientContext, timeoutMs: number) {
    this.context = context;
    this.policy = clientPolicy(context);
    if (context.signal?.aborted) this.#onPageAbort();
    context.signal?.addEventListener('abort', this.#onPageAbort, { once: true });
    const expire = () => this.end(new CeremonyError('NotAllowedError', `timed out after ${timeoutMs} ms`, 'timeout'));
    context.clock.sleep(timeoutMs, this.signal).then(expire, () => undefined);
  }

  /** Aborted when the ceremony ends, for whatever reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the ceremony from outside; its work rejects at the next wait. */
  end(reason: unknown): void {
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  /** Waits for `promise`, but no longer than the ceremony lasts. */
  until<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, this.signal);
  }

  /** Measures `work` as a phase of the timeline. */
  async measure<T>(phase: Phase, work: () => Promise<T>, label?: string): Promise<T> {
    const done = this.start(phase, label);
    try {
      return await work();
    } finally {
      done();
    }
  }

  start(phase: Phase, label?: string): () => void {
    return this.context.timeline?.start(phase, label) ?? notMeasured;
  }

  /**
   * Puts one question to the user.
   * @throws {CeremonyError} NotAllowedError when the user cancels, or when whoever plays the user fails.
   */
  async ask<T>(
    label: string,
    question: (user: UserInteraction, signal: AbortSignal) => Promise<T | Cancelled>,
    signal = this.signal,
  ): Promise<T> {
    const done = this.start('user-dialog', label);
    try {
      const answer = await abortable(question(this.context.user, signal), signal);
      if (answer === cancelled) throw userCancelled();
      return answer as T;
    } catch (error) {
      if (error instanceof CeremonyError || signal.aborted) throw error;
      throw new CeremonyError('NotAllowedError', `the user could not be asked: ${label}`, undefined, { cause: error });
    } finally {
      done();
    }
  }

  /** Follows the keepalives of one command: while it waits for a gesture, the user is told and the time is the user's. */
  watchPresence(prompt: PresencePrompt): PresenceWatch {
    return new PresenceWatch(this, prompt);
  }

  /** What the page gets for `error`, the user having been told: an earlier end outranks what it caused. */
  conclude(error: unknown): unknown {
    const reason = this.signal.aborted ? this.signal.reason : toWebAuthnError(error);
    if (reason instanceof CeremonyError && reason.endReason) {
      try {
        this.context.user.inform(reason.endReason);
      } catch {
        // Telling is a courtesy; a user who cannot be told does not change the outcome.
      }
    }
    return reason;
  }

  [Symbol.dispose](): void {
    this.context.signal?.removeEventListener('abort', this.#onPageAbort);
    this.end(over);
  }
}

export class PresenceWatch implements Disposable {
  readonly #ceremony: Ceremony;
  readonly #prompt: PresencePrompt;
  /** The device has asked for a gesture. */
  wasNeeded = false;
  #wait: { done: () => void; abort: LinkedAbort } | undefined;

  constructor(ceremony: Ceremony, prompt: PresencePrompt) {
    this.#ceremony = ceremony;
    this.#prompt = prompt;
  }

  readonly onKeepalive = (state: Keepalive): void => {
    if (state === 'upneeded') this.#open();
    else this[Symbol.dispose]();
  };

  #open(): void {
    if (this.#wait || this.#ceremony.signal.aborted) return;
    this.wasNeeded = true;
    const wait = { done: this.#ceremony.start('user-presence'), abort: new LinkedAbort(this.#ceremony.signal) };
    this.#wait = wait;
    const refuse = (cause?: unknown) => {
      if (!wait.abort.signal.aborted) this.#ceremony.end(userCancelled(cause));
    };
    const { user } = this.#ceremony.context;
    Promise.resolve(wait.abort.signal)
      .then((signal) => user.awaitPresence(this.#prompt, signal))
      .then(() => refuse(), refuse);
  }

  /** The command was answered, or the device works on. */
  [Symbol.dispose](): void {
    this.#wait?.done();
    this.#wait?.abort[Symbol.dispose]();
    this.#wait = undefined;
  }
}

export const clientPolicy = ({ policy }: ClientContext): ClientPolicy =>
  policy ? { ...defaultPolicy, ...policy } : defaultPolicy;

const userCancelled = (cause?: unknown) =>
  new CeremonyError('NotAllowedError', 'the user cancelled', undefined, cause === undefined ? undefined : { cause });
