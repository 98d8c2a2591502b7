/**
 * CTAPHID, host side, CTAP 2.1 section 11.2: a channel to a device over any report pipe, as a `CtapDevice`. One message at a
 * time; later messages wait. After a timeout or a framing error, INIT ends the message on the device, and the next message uses
 * a new channel: a late response to the failed message then arrives on the old channel and is not taken for the response to another.
 */

import { SerialQueue } from '#base/async.ts';
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
import { MessageTooLong, ProtocolViolation, TransportError } from '#protocol/errors.ts';
import { Exchange, type ExchangeOutcome } from './ctaphid-exchange.ts';
import type { CtapDevice, TransactOptions } from './device.ts';
import type { ReportPipe } from './report-pipe.ts';
import { responseLimitMs, shortResponseLimitMs, u2fResponseLimitMs } from './response-limits.ts';

/** A device sends a keepalive every 100 ms while it processes a message (section 11.2.9.1.7). */
const silenceTimeoutMs = 3_000;
/** INIT also ends after this time if the device keeps answering other programs. */
const initTimeoutMs = 1_000;
/** A device answers a cancelled command at once. */
const cancelTimeoutMs = 3_000;
/** ERR_CHANNEL_BUSY means that another program uses the device: interval and time limit of the retries. */
const busyRetryIntervalMs = 100;
const busyTimeoutMs = 5_000;

const emptyPayload = new Uint8Array(0);

export interface CtapHidOptions {
  clock?: Clock | undefined;
  random?: Random | undefined;
}

interface ExchangeLimits {
  totalTimeoutMs: number;
  nonce?: Uint8Array;
}

/**
 * Opens a channel over `pipe` (CTAPHID_INIT).
 * @throws {TransportError} if the device does not answer INIT or answers it wrongly. The pipe is closed in that case.
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
  readonly #responseDeadline: Deadline;
  readonly #queue = new SerialQueue();
  #channel: InitResponse | undefined;
  #exchange: Exchange | undefined;
  /** Why the channel is closed; undefined while it is open. */
  #closedError: TransportError | undefined;
  /** The last message failed: an INIT must come before the next message. */
  #isOutOfSync = false;

  constructor(pipe: ReportPipe, { clock = systemClock, random = systemRandom }: CtapHidOptions = {}) {
    this.#pipe = pipe;
    this.#clock = clock;
    this.#random = random;
    this.#responseDeadline = new Deadline(clock, () =>
      this.#exchange?.fail(
        new TransportError(
          'timeout',
          this.#exchange.hasKeepalives
            ? `${pipe.name} reports that it is busy, but does not answer`
            : `${pipe.name} does not answer`,
        ),
      ),
    );
    pipe.onReport((report) => this.#exchange?.acceptReport(report));
    pipe.onClose((cause) => this.#close(new TransportError('disconnected', `${pipe.name} is gone`, { cause })));
  }

  get name(): string {
    return this.#pipe.name;
  }

  get capabilities(): Capabilities {
    return this.#channel?.capabilities ?? { wink: false, cbor: false, nmsg: true };
  }

  /** Major, minor and build number from the INIT response. */
  get deviceVersion(): InitResponse['deviceVersion'] | undefined {
    return this.#channel?.deviceVersion;
  }

  /** CTAPHID_INIT: the first call allocates the channel, later calls synchronise it. */
  init(): Promise<void> {
    return this.#queue.run(() => this.#init());
  }

  /** Sends a CTAP2 message with CTAPHID_CBOR. */
  transact(message: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    return this.call('CBOR', message, options);
  }

  /** Sends a CTAP1/U2F APDU with CTAPHID_MSG. */
  transactU2f(apdu: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    return this.call('MSG', apdu, options);
  }

  /**
   * Sends any CTAPHID command that has a response.
   * @throws {TransportError} for transport failures, and `framing` with the name of the error if the device answers with a
   * CTAPHID error; the reason of the signal if it was aborted before the message was sent.
   */
  async call(command: CtapHidCommand, payload: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    if (payload.length > maxPayloadLength) throw new MessageTooLong(payload.length, maxPayloadLength);
    const copy = payload.slice(); // the caller may change `payload`
    const limits = { ...options, totalTimeoutMs: limitOf(command, payload) };
    return await this.#queue.run(() => this.#call(command, copy, limits));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(new TransportError('disconnected', `${this.#pipe.name} was closed`));
    await this.#pipe.close();
  }

  /** Sends INIT on a channel: synchronises it, or allocates a channel if it is the broadcast channel. */
  async #init(channel = this.#channel?.channel ?? broadcastChannel): Promise<void> {
    const nonce = this.#random.bytes(nonceLength);
    const reports = fragment(channel, ctapHidCommands.INIT, nonce);
    const outcome = await this.#runExchange('INIT', channel, reports, { totalTimeoutMs: initTimeoutMs, nonce });
    if ('error' in outcome) throw createRefusedError('INIT', outcome.error);
    this.#channel = parseInitResponse(outcome.response);
    this.#isOutOfSync = false;
  }

  /** Ends the message that failed, which the device may still process, and allocates a new channel. */
  async #replaceChannel(): Promise<void> {
    await this.#init().catch((error: unknown) => {
      if (this.#closedError) throw error; // otherwise the device may have forgotten the channel
    });
    await this.#init(broadcastChannel);
  }

  /** Sends the message, again and again while another program uses the device. */
  async #call(command: CtapHidCommand, payload: Uint8Array, options: TransactOptions & ExchangeLimits) {
    const { signal } = options;
    if (this.#isOutOfSync) await this.#replaceChannel();
    const channel = this.#channel?.channel ?? broadcastChannel;
    const reports = fragment(channel, ctapHidCommands[command], payload);
    const retryUntil = this.#clock.monotonic() + busyTimeoutMs;
    for (;;) {
      signal?.throwIfAborted();
      const outcome = await this.#runExchange(command, channel, reports, options);
      if ('response' in outcome) return outcome.response;
      if (outcome.error === 'ERR_INVALID_CHANNEL') throw this.#noteReset(command);
      if (outcome.error !== 'ERR_CHANNEL_BUSY' || this.#clock.monotonic() >= retryUntil)
        throw createRefusedError(command, outcome.error);
      await this.#clock.sleep(busyRetryIntervalMs, signal);
    }
  }

  /** The device lost power and forgot the channel. The next message gets a new one. */
  #noteReset(command: CtapHidCommand): TransportError {
    this.#isOutOfSync = true;
    const what = `${this.#pipe.name} has forgotten its channel, because it lost power or was reset`;
    return new TransportError('disconnected', `${what}: CTAPHID_${command} was refused with ERR_INVALID_CHANNEL`);
  }

  async #runExchange(
    command: CtapHidCommand,
    channel: number,
    reports: readonly Uint8Array[],
    { signal, onKeepalive, totalTimeoutMs, nonce }: TransactOptions & ExchangeLimits,
  ): Promise<ExchangeOutcome> {
    if (this.#closedError) throw this.#closedError;
    const exchange = new Exchange({
      channel,
      command: ctapHidCommands[command],
      clock: this.#clock,
      deadline: this.#responseDeadline,
      silenceTimeoutMs,
      totalTimeoutMs,
      onKeepalive,
      nonce,
    });
    this.#exchange = exchange;
    const stopReading = this.#pipe.startReading?.();
    try {
      for (const report of reports) this.#pipe.send(report);
      return await (signal ? this.#cancelOnAbort(exchange, channel, signal) : exchange.outcome);
    } catch (error) {
      this.#isOutOfSync = true;
      throw error;
    } finally {
      this.#exchange = undefined;
      stopReading?.();
    }
  }

  /** Waits for the outcome of an exchange; sends CTAPHID_CANCEL when `signal` is aborted (section 11.2.9.1.5). */
  async #cancelOnAbort(exchange: Exchange, channel: number, signal: AbortSignal): Promise<ExchangeOutcome> {
    const cancel = () => {
      for (const report of fragment(channel, ctapHidCommands.CANCEL, emptyPayload)) this.#pipe.send(report);
      exchange.shortenTimeout(cancelTimeoutMs);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await exchange.outcome;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #close(reason: TransportError): void {
    this.#closedError ??= reason;
    this.#exchange?.fail(this.#closedError);
    this.#responseDeadline.stop();
  }
}

/** Returns how long the device may take for a message, in milliseconds. */
function limitOf(command: CtapHidCommand, payload: Uint8Array): number {
  if (command === 'CBOR') return responseLimitMs(payload);
  return command === 'MSG' ? u2fResponseLimitMs(payload) : shortResponseLimitMs;
}

function parseInitResponse(response: Uint8Array): InitResponse {
  try {
    return decodeInitResponse(response);
  } catch (cause) {
    if (!(cause instanceof ProtocolViolation)) throw cause;
    throw new TransportError('framing', `The device violated the framing: ${cause.message}`, { cause });
  }
}

const createRefusedError = (command: CtapHidCommand, error: CtapHidError | number) =>
  new TransportError(
    'framing',
    `The device refused CTAPHID_${command} with ${typeof error === 'string' ? error : `error 0x${error.toString(16)}`}`,
  );
