/** A CTAP message that a card processes, CTAP 2.1 section 11.3.7: the host polls for its answer or status, and may cancel it. */
import { noLongerNeeded } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import type { Channel, Keepalive } from '../session.ts';
import type { ProcessMessage } from './ctaphid-command.ts';

interface NfcctapMessageOptions {
  clock: Clock;
  channel: Channel;
  /** Processing starts when it settles: a message that was cancelled may still be running. */
  previous: Promise<unknown> | undefined;
}

export class NfcctapMessage {
  readonly #clock: Clock;
  readonly #channel: Channel;
  readonly #cancel = new AbortController();
  readonly #answer: Promise<Uint8Array>;
  #hasEnded = false;
  #status: Keepalive = 'processing';
  /** The authenticator began to wait for a gesture, and no poll has returned since. */
  #gestureIsNew = false;
  /** Called when the authenticator begins to wait for a gesture. */
  #onGestureNeeded: () => void = () => undefined;

  constructor(process: ProcessMessage, message: Uint8Array, { clock, channel, previous }: NfcctapMessageOptions) {
    this.#clock = clock;
    this.#channel = channel;
    this.#answer = this.#run(process, message, previous);
    this.#answer.catch(() => undefined); // the host may never ask for it
  }

  /** Resolves when processing has ended. Never rejects. */
  get ended(): Promise<unknown> {
    return this.#answer.catch(() => undefined);
  }

  /** Resolves with the answer. Rejects with what the authenticator throws. */
  get answer(): Promise<Uint8Array> {
    return this.#answer;
  }

  /**
   * Resolves with the answer, or with the status if there is no answer yet: as soon as a gesture is needed, otherwise after
   * `maxWaitMs` milliseconds.
   */
  async poll(maxWaitMs: number): Promise<Uint8Array | Keepalive> {
    if (!this.#gestureIsNew) await this.#waitForChange(maxWaitMs);
    this.#gestureIsNew = false;
    return this.#hasEnded ? await this.#answer : this.#status;
  }

  /** Cancels the message for the host, which still gets an answer. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Resolves when the message has ended, a gesture is needed, or `maxWaitMs` milliseconds have passed. */
  async #waitForChange(maxWaitMs: number): Promise<void> {
    const settled = new AbortController();
    const gestureNeeded = new Promise<void>((resolve) => {
      this.#onGestureNeeded = resolve;
    });
    const timeout = this.#clock.sleep(maxWaitMs, settled.signal).catch(() => undefined);
    await Promise.race([this.ended, gestureNeeded, timeout]);
    settled.abort(noLongerNeeded);
  }

  async #run(process: ProcessMessage, message: Uint8Array, previous: Promise<unknown> | undefined) {
    try {
      if (previous) await previous;
      const { signal } = this.#cancel;
      return await process(message, {
        signal,
        keepalive: (status) => this.#onStatus(status),
        channel: this.#channel,
      });
    } finally {
      this.#hasEnded = true;
    }
  }

  #onStatus(status: Keepalive): void {
    if (this.#status === status) return;
    this.#status = status;
    if (status !== 'upneeded') return;
    this.#gestureIsNew = true;
    this.#onGestureNeeded();
  }
}
