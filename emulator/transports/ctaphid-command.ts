/** A CTAPHID command that runs for one channel: its keepalives and its cancellation, CTAP 2.1 section 11.2.9.1.5 to 11.2.9.1.7. */
import type { Deadline } from '#base/deadline.ts';
import type { ProcessOptions } from '../authenticator.ts';
import type { Channel, Keepalive } from '../session.ts';

/** Takes a message and resolves with its response. */
export type ProcessMessage = (message: Uint8Array, options: ProcessOptions) => Promise<Uint8Array>;

export interface RunningCommandOptions {
  channel: number;
  /** Identity of `channel` for the authenticator. */
  identity: Channel | undefined;
  /** Aborted to cancel the command. */
  cancel: AbortController;
  /** Calls `repeatKeepalive` when it expires. */
  keepaliveTimer: Deadline;
  /** Section 11.2.9.1.7. */
  keepaliveIntervalMs: number;
  /** Sends a keepalive; undefined for a device that sends none. */
  sendKeepalive: ((channel: number, status: Keepalive) => void) | undefined;
}

export class RunningCommand {
  readonly channel: number;
  readonly #identity: Channel | undefined;
  readonly #keepaliveTimer: Deadline;
  readonly #keepaliveIntervalMs: number;
  readonly #sendKeepalive: RunningCommandOptions['sendKeepalive'];
  readonly #cancel: AbortController;
  #abandoned = false;
  #status: Keepalive = 'processing';

  constructor(options: RunningCommandOptions) {
    const { channel, identity, cancel, keepaliveTimer, keepaliveIntervalMs, sendKeepalive } = options;
    this.channel = channel;
    this.#identity = identity;
    this.#cancel = cancel;
    this.#keepaliveTimer = keepaliveTimer;
    this.#keepaliveIntervalMs = keepaliveIntervalMs;
    this.#sendKeepalive = sendKeepalive;
    if (sendKeepalive) keepaliveTimer.set(keepaliveIntervalMs);
  }

  run(process: ProcessMessage, payload: Uint8Array): Promise<Uint8Array> {
    return process(payload, {
      signal: this.#cancel.signal,
      keepalive: this.#onStatus.bind(this),
      channel: this.#identity,
    });
  }

  /** Cancels the command for the host, which still gets a response. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Cancels the command and sends no more keepalives: its response is no longer needed. */
  abandon(): void {
    this.#abandoned = true;
    this.#cancel.abort();
  }

  /** Sends the current status again, and sets the timer for the next time. */
  repeatKeepalive(): void {
    this.#sendKeepalive?.(this.channel, this.#status);
    this.#keepaliveTimer.set(this.#keepaliveIntervalMs);
  }

  /** Sends a changed status at once. */
  #onStatus(status: Keepalive): void {
    if (this.#status === status || this.#abandoned) return;
    this.#status = status;
    this.#sendKeepalive?.(this.channel, status);
  }
}
