/**
 * Detects that screen and accessibility reader disagree. During a ceremony a browser shows a prompt while it waits for the user, and
 * otherwise sends messages to the key. If neither happens for a while, the prompt is on the screen but cannot be read.
 */
import { type Clock, systemClock } from '#base/clock.ts';

/**
 * Time without a prompt and without a message to the key. `suspected`: the reader then gets a new connection, because its library caches
 * parts of a dialog that is being built (observed: only a new process could read the prompt). `confirmed`: the reader then has failed.
 */
const silenceMs = { suspected: 15_000, confirmed: 45_000 };
const checkIntervalMs = 5_000;

export interface MissingPromptOptions {
  clock?: Clock | undefined;
  /** Returns how many messages the key has received so far. */
  countKeyMessages(): number;
  /** Called when nothing was seen for 15 seconds: the reader needs a new connection. */
  onSuspected(): void;
  /** Called once when nothing was seen for another 45 seconds, although the reader has a new connection. */
  onConfirmed(): void;
}

export class MissingPromptWatch implements Disposable {
  readonly #options: MissingPromptOptions;
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #isPromptVisible = false;
  #isSuspected = false;
  #keyMessages: number;
  #lastSeenAt: number;

  constructor(options: MissingPromptOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#keyMessages = options.countKeyMessages();
    this.#lastSeenAt = this.#clock.monotonic();
    void this.#check();
  }

  /** Must be called with each reading: whether a prompt is visible. */
  report(isPromptVisible: boolean): void {
    this.#isPromptVisible = isPromptVisible;
    if (isPromptVisible) this.#isSuspected = false;
  }

  [Symbol.dispose](): void {
    this.#stopped.abort();
  }

  async #check(): Promise<void> {
    const { countKeyMessages, onSuspected, onConfirmed } = this.#options;
    for (;;) {
      await this.#clock.sleep(checkIntervalMs, this.#stopped.signal).catch(() => undefined);
      if (this.#stopped.signal.aborted) return;
      const keyMessages = countKeyMessages();
      if (this.#isPromptVisible || keyMessages !== this.#keyMessages) this.#lastSeenAt = this.#clock.monotonic();
      this.#keyMessages = keyMessages;
      const limit = this.#isSuspected ? silenceMs.confirmed : silenceMs.suspected;
      if (this.#clock.monotonic() - this.#lastSeenAt < limit) continue;
      if (this.#isSuspected) return onConfirmed();
      this.#isSuspected = true;
      this.#lastSeenAt = this.#clock.monotonic();
      onSuspected();
    }
  }
}
