/** A CTAPHID command at work for one channel: its keepalives, its cancellation, and when nobody waits for it any more. */
import type { Clock } from '#protocol/seams.ts';
import type { ProcessOptions } from '../authenticator.ts';
import type { Keepalive } from '../session.ts';

/** CTAP 2.1 section 11.2.9.1.8. */
const keepaliveEveryMs = 100;

/** The reason of an end: without one each abort makes an exception with a stack, which costs more than the command's packets. */
export const over = 'over';

/** A message in, its answer out. */
export type ProcessMessage = (message: Uint8Array, options: ProcessOptions) => Promise<Uint8Array>;

export interface RunningCommandParts {
  channel: number;
  clock: Clock;
  /** Sends a keepalive; undefined for a device that lets the host wait in silence. */
  sendStatus: ((status: Keepalive) => void) | undefined;
}

export class RunningCommand {
  readonly channel: number;
  readonly #clock: Clock;
  readonly #sendStatus: RunningCommandParts['sendStatus'];
  readonly #cancel = new AbortController();
  readonly #end = new AbortController();
  #status: Keepalive = 'processing';

  constructor({ channel, clock, sendStatus }: RunningCommandParts) {
    this.channel = channel;
    this.#clock = clock;
    this.#sendStatus = sendStatus;
  }

  /** Runs once `previous` is over: a command that was thrown away may still be at it. */
  async run(process: ProcessMessage, payload: Uint8Array, previous: Promise<void> | undefined): Promise<Uint8Array> {
    if (this.#sendStatus) void this.#pace(this.#sendStatus);
    try {
      if (previous) await previous;
      return await process(payload, { signal: this.#cancel.signal, keepalive: (status) => this.#onStatus(status) });
    } finally {
      this.#end.abort(over);
    }
  }

  /** The host cancels: the answer still comes. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Nobody waits any more: nothing is said from here on. */
  abandon(): void {
    this.#end.abort(over);
    this.#cancel.abort();
  }

  async #pace(sendStatus: (status: Keepalive) => void): Promise<void> {
    const { signal } = this.#end;
    for (;;) {
      await this.#clock.sleep(keepaliveEveryMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      sendStatus(this.#status);
    }
  }

  /** A change is told at once. */
  #onStatus(status: Keepalive): void {
    if (this.#status === status || this.#end.signal.aborted) return;
    this.#status = status;
    this.#sendStatus?.(status);
  }
}
