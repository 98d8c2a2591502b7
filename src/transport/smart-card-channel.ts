/**
 * CTAP over smart cards, host side, CTAP 2.1 section 11.3: the FIDO applet on a card, as a `CtapDevice`. One message at a
 * time; later messages wait. After a failed message, the applet is selected again before the next one.
 */

import { SerialQueue } from '#base/async.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { encodeResponse, parseCommand, statusWordName, statusWords } from '#protocol/apdu.ts';
import { commands } from '#protocol/commands.ts';
import { keepaliveStatus } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import { appletVersions, cardClasses, cardInstructions, cardParameters, fidoAid } from '#protocol/nfcctap.ts';
import { type ApduForm, type CardCommand, CardCommands } from './card-commands.ts';
import type { CardConnection } from './card-connection.ts';
import type { CtapDevice, TransactOptions } from './device.ts';
import { responseLimitMs, shortResponseLimitMs, u2fResponseLimitMs } from './response-limits.ts';

/** A card answers a cancelled command at once. */
const cancelTimeoutMs = 3_000;
/** A card answers a poll within this time, also when the limit of the command is nearly over. */
const minPollTimeoutMs = 1_000;
/** Pause before the next poll if the card reports the same status twice. */
const pollIntervalMs = 20;

export interface SmartCardOptions {
  clock?: Clock | undefined;
  /** `short` for a card or reader without extended lengths. The default `extended` falls back to `short` automatically. */
  apdus?: ApduForm | undefined;
}

/**
 * Selects the FIDO applet of a card.
 * @throws {TransportError} `unavailable` if the card has no FIDO applet. The connection is closed in that case.
 */
export async function openSmartCard(
  connection: CardConnection,
  options: SmartCardOptions = {},
): Promise<SmartCardChannel> {
  const device = new SmartCardChannel(connection, options);
  try {
    await device.select();
    return device;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

export class SmartCardChannel implements CtapDevice {
  readonly #connection: CardConnection;
  readonly #clock: Clock;
  readonly #commands: CardCommands;
  readonly #queue = new SerialQueue();
  #capabilities = { wink: false, cbor: false, nmsg: true };
  /** Why the channel is closed; undefined while it is open. */
  #closedError: TransportError | undefined;
  /** The last message failed: the applet must be selected again before the next message. */
  #isOutOfSync = false;
  #isBusy = false;

  constructor(connection: CardConnection, { clock = systemClock, apdus = 'extended' }: SmartCardOptions = {}) {
    this.#connection = connection;
    this.#clock = clock;
    this.#commands = new CardCommands(connection, clock, apdus);
  }

  get name(): string {
    return this.#connection.name;
  }

  get transport(): CardConnection['transport'] {
    return this.#connection.transport;
  }

  get capabilities(): CtapDevice['capabilities'] {
    return this.#capabilities;
  }

  /** Selects the applet, section 11.3.3. A card that answers U2F_V2 may also support CTAP2; getInfo shows whether it does. */
  select(): Promise<void> {
    return this.#enqueue(async () => {
      const version = await this.#select();
      const getInfo = new Uint8Array([commands.authenticatorGetInfo.code]);
      const { status } = await this.#commands.send(createMessageCommand(0, getInfo), shortResponseLimitMs);
      const cbor = status === statusWords.SW_NO_ERROR;
      this.#capabilities = { wink: false, cbor, nmsg: version !== appletVersions.u2f };
    });
  }

  /**
   * Sends a CTAP2 message with NFCCTAP_MSG. Aborting cancels it on a card that sends status updates; a card that holds its
   * response cannot be cancelled.
   */
  async transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    const copy = request.slice();
    return await this.#enqueue(() => this.#withSelectedApplet(() => this.#transact(copy, options)));
  }

  /** Sends a CTAP1/U2F raw message (an APDU). Resolves with response data and status word. */
  async transactU2f(apdu: Uint8Array, { signal }: TransactOptions = {}): Promise<Uint8Array> {
    const command = parseCommand(apdu.slice());
    const limitMs = u2fResponseLimitMs(apdu);
    const send = async () => {
      signal?.throwIfAborted();
      return encodeResponse(await this.#commands.send(command, limitMs));
    };
    return await this.#enqueue(() => this.#withSelectedApplet(send));
  }

  /** Closes the connection. Sends NFCCTAP_CONTROL (section 11.3.4) first, unless a message is in progress or the card is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const canSendEnd = !this.#closedError && !this.#isBusy;
    this.#closedError ??= new TransportError('disconnected', `${this.name} was closed`);
    const { NFCCTAP_CONTROL: ins } = cardInstructions;
    const end = { cla: cardClasses.proprietary, ins, p1: cardParameters.end, p2: 0 };
    if (canSendEnd) await this.#commands.send(end, shortResponseLimitMs).catch(() => undefined); // the card may be gone
    await this.#connection.close();
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      if (this.#closedError) throw this.#closedError;
      this.#isBusy = true;
      try {
        return await work();
      } catch (error) {
        if (error instanceof TransportError && error.kind === 'disconnected') this.#closedError ??= error;
        throw error;
      } finally {
        this.#isBusy = false;
      }
    });
  }

  async #withSelectedApplet<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isOutOfSync) await this.#select();
    try {
      return await work();
    } catch (error) {
      this.#isOutOfSync = error instanceof TransportError;
      throw error;
    }
  }

  /** Resolves with the version string of the applet. */
  async #select(): Promise<string> {
    const { SELECT: ins } = cardInstructions;
    const select = { cla: cardClasses.interindustry, ins, p1: cardParameters.byName, p2: 0, data: fidoAid };
    const { data, status } = await this.#commands.send(select, shortResponseLimitMs);
    if (status !== statusWords.SW_NO_ERROR) {
      const answer = `SELECT returned ${statusWordName(status)}`;
      throw new TransportError('unavailable', `${this.name} has no FIDO applet: ${answer}`);
    }
    this.#isOutOfSync = false;
    return new TextDecoder().decode(data);
  }

  /** NFCCTAP_MSG, then NFCCTAP_GETRESPONSE until the card has the response (sections 11.3.7.1 and 11.3.7.2). */
  async #transact(request: Uint8Array, { signal, onKeepalive }: TransactOptions): Promise<Uint8Array> {
    signal?.throwIfAborted();
    let endsAt = this.#clock.monotonic() + responseLimitMs(request);
    const send = (command: CardCommand) =>
      this.#commands.send(command, Math.max(endsAt - this.#clock.monotonic(), minPollTimeoutMs));
    let response = await send(createMessageCommand(cardParameters.pollsForAnswer, request));
    let isCancelled = false;
    let previousStatus: number | undefined;
    while (response.status === statusWords.SW_UPDATE) {
      const [status] = response.data;
      onKeepalive?.(status === keepaliveStatus.upneeded ? 'upneeded' : 'processing');
      if (this.#clock.monotonic() >= endsAt)
        throw new TransportError('timeout', `${this.name} reports that it is busy, but does not answer`);
      if (status === previousStatus) await this.#pause(isCancelled ? undefined : signal);
      previousStatus = status;
      const cancelNow: boolean = !isCancelled && signal?.aborted === true;
      if (cancelNow) endsAt = Math.min(endsAt, this.#clock.monotonic() + cancelTimeoutMs);
      isCancelled ||= cancelNow;
      response = await send(createGetResponseCommand(cancelNow ? cardParameters.cancel : 0));
    }
    if (response.status === statusWords.SW_NO_ERROR) return response.data;
    throw new TransportError('framing', `The card refused NFCCTAP_MSG with ${statusWordName(response.status)}`);
  }

  /** Waits before the next poll. An abort ends the pause, so that the card is cancelled at once. */
  async #pause(signal: AbortSignal | undefined): Promise<void> {
    await this.#clock.sleep(pollIntervalMs, signal).catch(() => undefined);
  }
}

const createMessageCommand = (p1: number, data: Uint8Array): CardCommand => ({
  cla: cardClasses.proprietary,
  ins: cardInstructions.NFCCTAP_MSG,
  p1,
  p2: 0,
  data,
});

const createGetResponseCommand = (p1: number): CardCommand => ({
  cla: cardClasses.proprietary,
  ins: cardInstructions.NFCCTAP_GETRESPONSE,
  p1,
  p2: 0,
});
