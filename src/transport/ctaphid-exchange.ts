/** What comes back for one CTAPHID message: keepalives, the answer, an error, or nothing in time. Every byte is hostile. */
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
import type { Clock } from '#protocol/seams.ts';
import type { Keepalive } from './device.ts';

export interface ExchangeParts {
  channel: number;
  command: number;
  clock: Clock;
  /** The device may be silent so long; a keepalive or a packet of the answer starts it anew. */
  silenceMs: number;
  /** The whole exchange, whatever the device says meanwhile. */
  totalMs: number;
  onKeepalive?: ((state: Keepalive) => void) | undefined;
}

/** How a device ended a message: with an answer, or with a CTAPHID error, by its code where that has no name. */
export type ExchangeOutcome = { answer: Uint8Array } | { error: CtapHidError | number };

/** The reason of an end: without one each abort makes an exception with a stack. */
const over = 'over';

export class Exchange {
  /** Rejects with a TransportError: `timeout`, `framing`, or whatever `fail` was given. */
  readonly outcome: Promise<ExchangeOutcome>;
  readonly #parts: ExchangeParts;
  readonly #over = new AbortController();
  #resolve!: (outcome: ExchangeOutcome) => void;
  #reject!: (error: TransportError) => void;
  #reassembler: Reassembler | undefined;
  #lastHeardAt: number;
  #deadline: number;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#lastHeardAt = parts.clock.monotonic();
    this.#deadline = this.#lastHeardAt + parts.totalMs;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    void this.#watch();
  }

  /** Takes a report of the device. Those of other channels are for other programs. */
  take(report: Uint8Array): void {
    if (report.length !== reportLength || this.#over.signal.aborted) return;
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
    this.#lastHeardAt = this.#parts.clock.monotonic();
    const { message } = this.#reassembler;
    if (!message) return;
    this.#reassembler = undefined;
    this.#onMessage(message.command, message.payload);
  }

  fail(error: TransportError): void {
    this.#over.abort(over);
    this.#reject(error);
  }

  /** From now on the device has so long. */
  hurry(ms: number): void {
    this.#deadline = Math.min(this.#deadline, this.#parts.clock.monotonic() + ms);
    void this.#watch();
  }

  #onMessage(command: number, payload: Uint8Array): void {
    if (command === ctapHidCommands.KEEPALIVE) this.#onKeepalive(payload);
    else if (command === ctapHidCommands.ERROR) this.#finish({ error: errorOf(payload) });
    else if (command === this.#parts.command) this.#finish({ answer: payload });
    else
      this.fail(
        new TransportError('framing', `the device answered command ${this.#parts.command} with command ${command}`),
      );
  }

  #onKeepalive([status]: Uint8Array): void {
    this.#parts.onKeepalive?.(status === keepaliveStatus.upneeded ? 'upneeded' : 'processing');
  }

  #finish(outcome: ExchangeOutcome): void {
    this.#over.abort(over);
    this.#resolve(outcome);
  }

  async #watch(): Promise<void> {
    const { clock, silenceMs } = this.#parts;
    const { signal } = this.#over;
    const left = () => Math.min(this.#deadline, this.#lastHeardAt + silenceMs) - clock.monotonic();
    for (let ms = left(); ms > 0; ms = left()) {
      await clock.sleep(ms, signal).catch(() => undefined);
      if (signal.aborted) return;
    }
    this.fail(new TransportError('timeout', 'the device does not answer'));
  }
}

function errorOf([code = 0x7f]: Uint8Array): CtapHidError | number {
  return ctapHidErrorName(code) ?? code;
}
