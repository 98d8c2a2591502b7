/** Receives the answer to one CTAPHID message: keepalives, then a response, an error, or a timeout. Every byte is untrusted. */

import { equal } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { Deadline } from '#base/deadline.ts';
import { messageOf } from '#base/errors.ts';
import {
  type CtapHidError,
  ctapHidCommands,
  ctapHidErrorName,
  keepaliveStatus,
  parsePacket,
  reportLength,
} from '#protocol/ctaphid.ts';
import { Reassembler } from '#protocol/ctaphid-reassembler.ts';
import { TransportError } from '#protocol/errors.ts';
import type { Keepalive } from './device.ts';

export interface ExchangeOptions {
  channel: number;
  command: number;
  clock: Clock;
  /** Must call `fail` on the exchange when it expires. */
  deadline: Deadline;
  /** How long the device may be silent. Every keepalive and every packet of the response restarts this time. */
  silenceTimeoutMs: number;
  /** How long the whole exchange may take. */
  totalTimeoutMs: number;
  onKeepalive?: ((state: Keepalive) => void) | undefined;
  /** The nonce of an INIT request. On the broadcast channel, a response with another nonce is for another program. */
  nonce?: Uint8Array | undefined;
}

/** How a device ended a message: with a response, or with a CTAPHID error (its code if the error has no name). */
export type ExchangeOutcome = { response: Uint8Array } | { error: CtapHidError | number };

export class Exchange {
  /** Rejects with a TransportError: `timeout`, `framing`, or the error passed to `fail`. */
  readonly outcome: Promise<ExchangeOutcome>;
  readonly #options: ExchangeOptions;
  #isOver = false;
  #resolve!: (outcome: ExchangeOutcome) => void;
  #reject!: (error: TransportError) => void;
  #reassembler: Reassembler | undefined;
  #hasKeepalives = false;
  /** When the exchange times out at the latest, on the monotonic clock. */
  #endsAt: number;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#endsAt = options.clock.monotonic() + options.totalTimeoutMs;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#restartDeadline();
  }

  /** Whether the device has reported that it is busy. */
  get hasKeepalives(): boolean {
    return this.#hasKeepalives;
  }

  /** Processes a report of the device. Ignores reports of other channels, which are for other programs. */
  acceptReport(report: Uint8Array): void {
    if (report.length !== reportLength || this.#isOver) return;
    const packet = parsePacket(report);
    if (packet.channel !== this.#options.channel) return;
    try {
      if (this.#reassembler) this.#reassembler.accept(packet);
      else if (packet.type === 'init') this.#reassembler = new Reassembler(packet);
      else return; // belongs to an earlier message that timed out
    } catch (cause) {
      this.fail(new TransportError('framing', `The device violated the framing: ${messageOf(cause)}`, { cause }));
      return;
    }
    const { message } = this.#reassembler;
    if (!message) {
      this.#restartDeadline();
      return;
    }
    this.#reassembler = undefined;
    this.#onMessage(message.command, message.payload);
  }

  /** Ends the exchange with an error. Does nothing if it has already ended. */
  fail(error: TransportError): void {
    if (this.#isOver) return;
    this.#end();
    this.#reject(error);
  }

  /** Shortens the remaining time of the exchange to `ms` milliseconds. */
  shortenTimeout(ms: number): void {
    this.#endsAt = Math.min(this.#endsAt, this.#options.clock.monotonic() + ms);
    this.#restartDeadline();
  }

  #onMessage(command: number, payload: Uint8Array): void {
    const { command: expected } = this.#options;
    if (command === ctapHidCommands.KEEPALIVE) this.#onKeepalive(payload);
    else if (command === ctapHidCommands.ERROR) this.#finish({ error: parseError(payload) });
    else if (this.#isForOtherHost(payload)) return;
    else if (command === expected) this.#finish({ response: payload });
    else
      this.fail(
        new TransportError('framing', `Expected a response to CTAPHID command ${expected}, got command ${command}`),
      );
  }

  #isForOtherHost(payload: Uint8Array): boolean {
    const { nonce } = this.#options;
    return nonce !== undefined && payload.length > nonce.length && !equal(payload.subarray(0, nonce.length), nonce);
  }

  #onKeepalive(payload: Uint8Array): void {
    this.#hasKeepalives = true;
    this.#restartDeadline();
    this.#options.onKeepalive?.(payload[0] === keepaliveStatus.upneeded ? 'upneeded' : 'processing');
  }

  #finish(outcome: ExchangeOutcome): void {
    this.#end();
    this.#resolve(outcome);
  }

  #restartDeadline(): void {
    this.#options.deadline.set(this.#options.silenceTimeoutMs, this.#endsAt);
  }

  #end(): void {
    this.#isOver = true;
    this.#options.deadline.clear();
  }
}

/** An error message without a code counts as ERR_OTHER (0x7f). */
function parseError([code = 0x7f]: Uint8Array): CtapHidError | number {
  return ctapHidErrorName(code) ?? code;
}
