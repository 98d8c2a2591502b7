/** A CTAPHID command at work for one channel: its keepalives, its cancellation, and when nobody waits for it any more. */
import type { Deadline } from '#base/deadline.ts';
import type { ProcessOptions } from '../authenticator.ts';
import type { Keepalive } from '../session.ts';

/** CTAP 2.1 section 11.2.9.1.7. */
const keepaliveEveryMs = 100;

/** A message in, its answer out. */
export type ProcessMessage = (message: Uint8Array, options: ProcessOptions) => Promise<Uint8Array>;

export interface RunningCommandParts {
  channel: number;
  /** Cancels it. */
  cancel: AbortController;
  /** Rings when it is time for `repeatStatus`. */
  pace: Deadline;
  /** Sends a keepalive; undefined for a device that lets the host wait in silence. */
  sendStatus: ((channel: number, status: Keepalive) => void) | undefined;
}

export class RunningCommand {
  readonly channel: number;
  readonly #pace: Deadline;
  readonly #sendStatus: RunningCommandParts['sendStatus'];
  readonly #cancel: AbortController;
  #abandoned = false;
  #status: Keepalive = 'processing';

  constructor({ channel, cancel, pace, sendStatus }: RunningCommandParts) {
    this.channel = channel;
    this.#cancel = cancel;
    this.#pace = pace;
    this.#sendStatus = sendStatus;
    if (sendStatus) pace.set(keepaliveEveryMs);
  }

  run(process: ProcessMessage, payload: Uint8Array): Promise<Uint8Array> {
    return process(payload, { signal: this.#cancel.signal, keepalive: this.#onStatus.bind(this) });
  }

  /** The host cancels: the answer still comes. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Nobody waits any more: nothing is said from here on. */
  abandon(): void {
    this.#abandoned = true;
    this.#cancel.abort();
  }

  /** Another 100 ms have passed. */
  repeatStatus(): void {
    this.#sendStatus?.(this.channel, this.#status);
    this.#pace.set(keepaliveEveryMs);
  }

  /** A change is told at once. */
  #onStatus(status: Keepalive): void {
    if (this.#status === status || this.#abandoned) return;
    this.#status = status;
    this.#sendStatus?.(this.channel, status);
  }
}
