/**
 * The lifetime of one ceremony. It ends once: with its result, a failure, the timeout, the page's abort or the user's
 * refusal. The page gets whichever came first. Every timer, listener and prompt of the ceremony ends with it.
 */
import { abortable, LinkedAbort, noLongerNeeded } from '#base/async.ts';
import type { Phase } from '#result/timeline.ts';
import type { CtapDevice, Keepalive } from '#transport/device.ts';
import { CeremonyError, cancelledMessage } from './ceremony-error.ts';
import { type ClientContext, type ClientPolicy, defaultPolicy } from './context.ts';
import { toWebAuthnError } from './status-to-dom-exception.ts';
import { type Cancelled, cancelled, type PresencePrompt, type UserInteraction } from './user-interaction.ts';

const notMeasured = () => undefined;

/**
 * Runs `work` as a ceremony of at most `timeoutMs` milliseconds, or without a timeout.
 * @throws {WebAuthnError} for every failure; the page's own abort reason when the page aborted.
 */
export async function runCeremony<T>(
  context: ClientContext,
  timeoutMs: number | undefined,
  work: (ceremony: Ceremony) => Promise<T>,
): Promise<T> {
  const ceremony = new Ceremony(context, timeoutMs);
  try {
    return await work(ceremony);
  } catch (error) {
    throw ceremony.reportFailure(error);
  } finally {
    ceremony[Symbol.dispose]();
  }
}

export class Ceremony implements Disposable {
  readonly context: ClientContext;
  readonly policy: ClientPolicy;
  /** Devices that were unplugged but are still listed. They are ignored until they leave the list. */
  readonly removedDevices = new Set<CtapDevice>();
  readonly #controller = new AbortController();
  readonly #onPageAbort = () => this.end(this.context.signal?.reason);

  constructor(context: ClientContext, timeoutMs: number | undefined) {
    this.context = context;
    this.policy = clientPolicy(context);
    if (context.signal?.aborted) this.#onPageAbort();
    context.signal?.addEventListener('abort', this.#onPageAbort, { once: true });
    if (timeoutMs === undefined) return;
    const expire = () => this.end(new CeremonyError('NotAllowedError', `Timed out after ${timeoutMs} ms`, 'timeout'));
    context.clock.sleep(timeoutMs, this.signal).then(expire, () => undefined);
  }

  /** Aborted when the ceremony ends, for any reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the ceremony with `reason`; its work rejects at the next wait. Does nothing when it has ended already. */
  end(reason: unknown): void {
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  /** Settles as `promise` does, or rejects when the ceremony ends. */
  waitFor<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, this.signal);
  }

  /** Runs `work` and records its duration as a phase of the timeline. */
  async measure<T>(phase: Phase, work: () => Promise<T>, label?: string): Promise<T> {
    const done = this.startPhase(phase, label);
    try {
      return await work();
    } finally {
      done();
    }
  }

  /** Starts a phase of the timeline; the returned function ends it. */
  startPhase(phase: Phase, label?: string): () => void {
    return this.context.timeline?.start(phase, label) ?? notMeasured;
  }

  /**
   * Shows one prompt to the user and returns the answer.
   * @throws {CeremonyError} NotAllowedError when the user cancels, or when the `UserInteraction` fails.
   */
  async askUser<T>(
    label: string,
    prompt: (user: UserInteraction, signal: AbortSignal) => Promise<T | Cancelled>,
    signal = this.signal,
  ): Promise<T> {
    const done = this.startPhase('user-dialog', label);
    try {
      const answer = await abortable(prompt(this.context.user, signal), signal);
      if (answer === cancelled) throw userCancelled();
      return answer as T;
    } catch (error) {
      if (error instanceof CeremonyError || signal.aborted) throw error;
      throw new CeremonyError('NotAllowedError', `Cannot show the prompt "${label}"`, undefined, { cause: error });
    } finally {
      done();
    }
  }

  /** Returns a watch for the keepalives of one command; pass it to that command. */
  watchPresence(prompt: PresencePrompt): PresenceWatch {
    return new PresenceWatch(this, prompt);
  }

  /**
   * Returns the error for the page and shows its reason to the user. When the ceremony ended before, that first reason
   * replaces `error`, which is then only a consequence of it.
   */
  reportFailure(error: unknown): unknown {
    const reason = this.signal.aborted ? this.signal.reason : toWebAuthnError(error);
    if (reason instanceof CeremonyError && reason.endReason) {
      try {
        this.context.user.inform(reason.endReason);
      } catch {
        // The outcome for the page stays the same when the reason cannot be shown.
      }
    }
    return reason;
  }

  [Symbol.dispose](): void {
    this.context.signal?.removeEventListener('abort', this.#onPageAbort);
    this.end(noLongerNeeded);
  }
}

/**
 * Follows the keepalives of one command. While the authenticator waits for a gesture, the presence prompt is shown and
 * the time counts as the user's. Dispose it when the command has been answered.
 */
export class PresenceWatch implements Disposable {
  readonly #ceremony: Ceremony;
  readonly #prompt: PresencePrompt;
  /** Whether the device has asked for a gesture. */
  wasRequested = false;
  #wait: { done: () => void; abort: LinkedAbort } | undefined;

  constructor(ceremony: Ceremony, prompt: PresencePrompt) {
    this.#ceremony = ceremony;
    this.#prompt = prompt;
  }

  readonly onKeepalive = (state: Keepalive): void => {
    if (state === 'upneeded') this.#showPrompt();
    else this[Symbol.dispose]();
  };

  #showPrompt(): void {
    if (this.#wait || this.#ceremony.signal.aborted) return;
    this.wasRequested = true;
    const wait = { done: this.#ceremony.startPhase('user-presence'), abort: new LinkedAbort(this.#ceremony.signal) };
    this.#wait = wait;
    const endCeremony = (cause?: unknown) => {
      if (!wait.abort.signal.aborted) this.#ceremony.end(userCancelled(cause));
    };
    const { user } = this.#ceremony.context;
    Promise.resolve(wait.abort.signal)
      .then((signal) => user.awaitPresence(this.#prompt, signal))
      .then(() => endCeremony(), endCeremony);
  }

  /** Hides the prompt: the command was answered, or the device continues without waiting. */
  [Symbol.dispose](): void {
    this.#wait?.done();
    this.#wait?.abort[Symbol.dispose]();
    this.#wait = undefined;
  }
}

/** Returns the policy of `context`, with defaults for what it leaves out. */
export const clientPolicy = ({ policy }: ClientContext): ClientPolicy =>
  policy ? { ...defaultPolicy, ...policy } : defaultPolicy;

const userCancelled = (cause?: unknown) =>
  new CeremonyError('NotAllowedError', cancelledMessage, undefined, cause === undefined ? undefined : { cause });
