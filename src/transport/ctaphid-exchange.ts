/** What comes back for one CTAPHID message: keepalives, the answer, an error, or nothing in time. Every byte is hostile. */

import { equal } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { Deadline } from '#base/deadline.ts';
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

export interface ExchangeParts {
  channel: number;
  command: number;
  clock: Clock;
  /** Rings when the device has been silent too long: `fail` the exchange then. */
  alarm: Deadline;
  /** The device may be silent so long; a keepalive or a packet of the answer starts it anew. */
  silenceMs: number;
  /** The whole exchange, whatever the device says meanwhile. */
  totalMs: number;
  onKeepalive?: ((state: Keepalive) => void) | undefined;
  /** INIT: what it asks with. On the shared broadcast channel an answer with another nonce is for another program. */
  nonce?: Uint8Array | undefined;
}

/** How a device ended a message: with an answer, or with a CTAPHID error, by its code where that has no name. */
export type ExchangeOutcome = { answer: Uint8Array } | { error: CtapHidError | number };

export class Exchange {
  /** Rejects with a TransportError: `timeout`, `framing`, or whatever `fail` was given. */
  readonly outcome: Promise<ExchangeOutcome>;
  readonly #parts: ExchangeParts;
  #isOver = false;
  #resolve!: (outcome: ExchangeOutcome) => void;
  #reject!: (error: TransportError) => void;
  #reassembler: Reassembler | undefined;
  #deadline: number;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#deadline = parts.clock.monotonic() + parts.totalMs;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#arm();
  }

  /** Takes a report of the device. Those of other channels are for other programs. */
  take(report: Uint8Array): void {
    if (report.length !== reportLength || this.#isOver) return;
    const packet = parsePacket(report);
    if (packet.channel !== this.#parts.channel) return;
    try {
      if (this.#reassembler) this.#reassembler.accept(packet);
      else if (packet.type === 'init') this.#reassembler = new Reassembler(packet);
      else return; // left over from a message that was given up
    } catch (cause) {
      this.fail(new TransportError('framing', `the device broke the framing: ${(cause as Error).message}`, { cause }));
      return;
    }
    const { message } = this.#reassembler;
    if (!message) {
      this.#arm();
      return;
    }
    this.#reassembler = undefined;
    this.#onMessage(message.command, message.payload);
  }

  fail(error: TransportError): void {
    if (this.#isOver) return;
    this.#end();
    this.#reject(error);
  }

  /** From now on the device has so long. */
  hurry(ms: number): void {
    this.#deadline = Math.min(this.#deadline, this.#parts.clock.monotonic() + ms);
    this.#arm();
  }

  #onMessage(command: number, payload: Uint8Array): void {
    if (command === ctapHidCommands.KEEPALIVE) this.#onKeepalive(payload);
    else if (command === ctapHidCommands.ERROR) this.#finish({ error: errorOf(payload) });
    else if (this.#isForAnother(payload)) return;
    else if (command === this.#parts.command) this.#finish({ answer: payload });
    else
      this.fail(
        new TransportError('framing', `the device answered command ${this.#parts.command} with command ${command}`),
      );
  }

  #isForAnother(payload: Uint8Array): boolean {
    const { nonce } = this.#parts;
    return nonce !== undefined && payload.length > nonce.length && !equal(payload.subarray(0, nonce.length), nonce);
  }

  #onKeepalive(payload: Uint8Array): void {
    this.#arm();
    this.#parts.onKeepalive?.(payload[0] === keepaliveStatus.upneeded ? 'upneeded' : 'processing');
  }

  #finish(outcome: ExchangeOutcome): void {
    this.#end();
    this.#resolve(outcome);
  }

  #arm(): void {
    this.#parts.alarm.set(this.#parts.silenceMs, this.#deadline);
  }

  #end(): void {
    this.#isOver = true;
    this.#parts.alarm.clear();
  }
}

function errorOf([code = 0x7f]: Uint8Array): CtapHidError | number {
  return ctapHidErrorName(code) ?? code;
}
