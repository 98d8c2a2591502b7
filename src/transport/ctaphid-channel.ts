/**
 * CTAPHID, host side, CTAP 2.1 section 11.2: a channel to a device over whatever carries reports, as a `CtapDevice`.
 * One message at a time; others wait their turn. A device that was silent or broke a rule gets an INIT before it is used again.
 */

import { type Clock, systemClock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { type Random, systemRandom } from '#base/random.ts';
import {
  broadcastChannel,
  type Capabilities,
  type CtapHidCommand,
  type CtapHidError,
  ctapHidCommands,
  decodeInitResponse,
  fragment,
  type InitResponse,
  maxPayloadLength,
  nonceLength,
} from '#protocol/ctaphid.ts';
import { ProtocolViolation, TransportError } from '#protocol/errors.ts';
import { Exchange, type ExchangeOutcome } from './ctaphid-exchange.ts';
import type { CtapDevice, TransactOptions } from './device.ts';
import type { ReportPipe } from './report-pipe.ts';

/** A device says every 100 ms that it is there (section 11.2.9.1.7). */
const silenceMs = 3_000;
/** A person has 30 seconds for each of a few gestures. */
const longestMs = 180_000;
/** Whatever other programs are answered meanwhile. */
const initPatienceMs = 1_000;
/** A cancelled command comes back at once. */
const cancelGraceMs = 3_000;
/** Another program has the device: how often to ask again, and how long. */
const busyRetryEveryMs = 100;
const busyPatienceMs = 5_000;

const nothing = new Uint8Array(0);

export interface CtapHidOptions {
  clock?: Clock | undefined;
  random?: Random | undefined;
}

/**
 * Allocates a channel (CTAPHID_INIT).
 * @throws {TransportError} when nothing answers, or not what INIT has to answer. The pipe is closed then.
 */
export async function openCtapHid(pipe: ReportPipe, options: CtapHidOptions = {}): Promise<CtapHidChannel> {
  const device = new CtapHidChannel(pipe, options);
  try {
    await device.init();
    return device;
  } catch (error) {
    await device[Symbol.asyncDispose]();
    throw error;
  }
}

export class CtapHidChannel implements CtapDevice {
  readonly transport = 'usb';
  readonly #pipe: ReportPipe;
  readonly #clock: Clock;
  readonly #random: Random;
  /** The device was silent too long. */
  readonly #alarm: Deadline;
  #channel: InitResponse | undefined;
  #exchange: Exchange | undefined;
  /** Set for good once the device is gone or was disposed. */
  #ended: TransportError | undefined;
  /** The last message went wrong: both sides have to find back to a beginning. */
  #lostSync = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(pipe: ReportPipe, { clock = systemClock, random = systemRandom }: CtapHidOptions = {}) {
    this.#pipe = pipe;
    this.#clock = clock;
    this.#random = random;
    this.#alarm = new Deadline(clock, () =>
      this.#exchange?.fail(new TransportError('timeout', `${pipe.name} does not answer`)),
    );
    pipe.onReport((report) => this.#exchange?.take(report));
    pipe.onClose((cause) => this.#end(new TransportError('disconnected', `${pipe.name} is gone`, { cause })));
  }

  get name(): string {
    return this.#pipe.name;
  }

  get capabilities(): Capabilities {
    return this.#channel?.capabilities ?? { wink: false, cbor: false, nmsg: true };
  }

  /** Major, minor, build, as INIT said. */
  get deviceVersion(): InitResponse['deviceVersion'] | undefined {
    return this.#channel?.deviceVersion;
  }

  /** CTAPHID_INIT: allocates the channel the first time, later brings it back to its beginning. */
  init(): Promise<void> {
    return this.#inTurn(() => this.#init());
  }

  /** A CTAP2 message, CTAPHID_CBOR. */
  transact(message: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    return this.call('CBOR', message, options);
  }

  /** A CTAP1/U2F APDU, CTAPHID_MSG. */
  transactU2f(apdu: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    return this.call('MSG', apdu, options);
  }

  /**
   * Any command with an answer.
   * @throws {TransportError} `framing` for a CTAPHID error too, with its name in the message; the signal's reason when that
   * was aborted before the device had the message.
   */
  async call(command: CtapHidCommand, payload: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    if (payload.length > maxPayloadLength)
      throw new TransportError('framing', `cannot send ${payload.length} bytes: ${maxPayloadLength} fit in a message`);
    const channel = this.#channel?.channel ?? broadcastChannel;
    const reports = fragment(channel, ctapHidCommands[command], payload); // a copy: the caller may go on with its own
    return await this.#inTurn(() => this.#call(command, channel, reports, options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(new TransportError('disconnected', `${this.#pipe.name} was closed`));
    await this.#pipe.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #init(): Promise<void> {
    const channel = this.#channel?.channel ?? broadcastChannel;
    const nonce = this.#random.bytes(nonceLength);
    const reports = fragment(channel, ctapHidCommands.INIT, nonce);
    const outcome = await this.#exchanged('INIT', channel, reports, { totalMs: initPatienceMs, nonce });
    if ('error' in outcome) throw refused('INIT', outcome.error);
    this.#channel = initResponse(outcome.answer);
    this.#lostSync = false;
  }

  /** Sends until the device takes it: it may be busy with another program. */
  async #call(command: CtapHidCommand, channel: number, reports: readonly Uint8Array[], options: TransactOptions) {
    const { signal } = options;
    if (this.#lostSync) await this.#init();
    const patienceEnds = this.#clock.monotonic() + busyPatienceMs;
    for (;;) {
      signal?.throwIfAborted();
      const outcome = await this.#exchanged(command, channel, reports, options);
      if ('answer' in outcome) return outcome.answer;
      if (outcome.error !== 'ERR_CHANNEL_BUSY' || this.#clock.monotonic() >= patienceEnds)
        throw refused(command, outcome.error);
      await this.#clock.sleep(busyRetryEveryMs, signal);
    }
  }

  async #exchanged(
    command: CtapHidCommand,
    channel: number,
    reports: readonly Uint8Array[],
    { signal, onKeepalive, nonce, totalMs = longestMs }: TransactOptions & { totalMs?: number; nonce?: Uint8Array },
  ): Promise<ExchangeOutcome> {
    if (this.#ended) throw this.#ended;
    const exchange = new Exchange({
      channel,
      command: ctapHidCommands[command],
      clock: this.#clock,
      alarm: this.#alarm,
      silenceMs,
      totalMs,
      onKeepalive,
      nonce,
    });
    this.#exchange = exchange;
    const lookAway = this.#pipe.attend?.();
    try {
      for (const report of reports) this.#pipe.send(report);
      return await (signal ? this.#cancellable(exchange, channel, signal) : exchange.outcome);
    } catch (error) {
      this.#lostSync = true;
      throw error;
    } finally {
      this.#exchange = undefined;
      lookAway?.();
    }
  }

  /** The outcome of an exchange that `signal` cancels (section 11.2.9.1.5). */
  async #cancellable(exchange: Exchange, channel: number, signal: AbortSignal): Promise<ExchangeOutcome> {
    const cancel = () => {
      for (const report of fragment(channel, ctapHidCommands.CANCEL, nothing)) this.#pipe.send(report);
      exchange.hurry(cancelGraceMs);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await exchange.outcome;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #end(reason: TransportError): void {
    this.#ended ??= reason;
    this.#exchange?.fail(this.#ended);
    this.#alarm.stop();
  }
}

function initResponse(answer: Uint8Array): InitResponse {
  try {
    return decodeInitResponse(answer);
  } catch (cause) {
    if (!(cause instanceof ProtocolViolation)) throw cause;
    throw new TransportError('framing', `the device broke the framing: ${cause.message}`, { cause });
  }
}

const refused = (command: CtapHidCommand, error: CtapHidError | number) =>
  new TransportError(
    'framing',
    `CTAPHID_${command} was refused with ${typeof error === 'string' ? error : `error 0x${error.toString(16)}`}`,
  );
