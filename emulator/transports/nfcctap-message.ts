/** A CTAP message at work in a card: whoever has it asks for the answer, and hears how it stands when that is not there yet. */
import type { Clock } from '#base/clock.ts';
import type { Keepalive } from '../session.ts';
import type { ProcessMessage } from './ctaphid-command.ts';

export class NfcctapMessage {
  readonly #clock: Clock;
  readonly #cancel = new AbortController();
  readonly #answer: Promise<Uint8Array>;
  #isOver = false;
  #status: Keepalive = 'processing';
  /** It waits for a gesture, which whoever asks hears at once. */
  #waits: () => void = () => undefined;

  /** Begins once `previous` is over: a message that was thrown away may still be at work. */
  constructor(process: ProcessMessage, message: Uint8Array, clock: Clock, previous: Promise<unknown> | undefined) {
    this.#clock = clock;
    this.#answer = this.#run(process, message, previous);
    this.#answer.catch(() => undefined); // nobody may ask
  }

  /** Ends once it is no longer at work, never with an error. */
  get ended(): Promise<unknown> {
    return this.#answer.catch(() => undefined);
  }

  /** The answer, as soon as it is there. @throws whatever the authenticator throws. */
  get answer(): Promise<Uint8Array> {
    return this.#answer;
  }

  /** The answer, or how it stands: at once when it begins to wait for a gesture, else after `patienceMs`. */
  async poll(patienceMs: number): Promise<Uint8Array | Keepalive> {
    const enough = new AbortController();
    const waits = new Promise<void>((resolve) => {
      this.#waits = resolve;
    });
    const patience = this.#clock.sleep(patienceMs, enough.signal).catch(() => undefined);
    await Promise.race([this.ended, waits, patience]);
    enough.abort();
    return this.#isOver ? await this.#answer : this.#status;
  }

  /** The host cancels: the answer still comes. */
  cancel(): void {
    this.#cancel.abort();
  }

  async #run(process: ProcessMessage, message: Uint8Array, previous: Promise<unknown> | undefined) {
    try {
      if (previous) await previous;
      return await process(message, { signal: this.#cancel.signal, keepalive: (status) => this.#onStatus(status) });
    } finally {
      this.#isOver = true;
    }
  }

  #onStatus(status: Keepalive): void {
    if (this.#status === status) return;
    this.#status = status;
    if (status === 'upneeded') this.#waits();
  }
}
