/**
 * CTAP over smart cards, host side, CTAP 2.1 section 11.3: the FIDO applet on a card, as a `CtapDevice`. One message at a
 * time; others wait their turn. After a message that went wrong the applet is selected anew.
 */

import { type Clock, systemClock } from '#base/clock.ts';
import { encodeResponse, parseCommand, statusWordName, statusWords } from '#protocol/apdu.ts';
import { commands } from '#protocol/commands.ts';
import { keepaliveStatus } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import { appletVersions, cardClasses, cardInstructions, cardParameters, fidoAid } from '#protocol/nfcctap.ts';
import { type ApduForm, type CardCommand, CardCommands } from './card-commands.ts';
import type { CardConnection } from './card-connection.ts';
import type { CtapDevice, TransactOptions } from './device.ts';

/** A person has 30 seconds for each of a few gestures. */
const totalMs = 180_000;
/** A cancelled command comes back at once. */
const cancelGraceMs = 3_000;
/** A card that says the same again at once is not asked without a pause. */
const pollEveryMs = 20;

export interface SmartCardOptions {
  clock?: Clock | undefined;
  /** Short ones for a card or reader that takes no extended lengths; it finds out by itself too. */
  apdus?: ApduForm | undefined;
}

/**
 * Selects the FIDO applet.
 * @throws {TransportError} `unavailable` when the card has none. The connection is closed then.
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
  #capabilities = { wink: false, cbor: false, nmsg: true };
  /** Set for good once the card is gone or was disposed. */
  #ended: TransportError | undefined;
  #lostSync = false;
  #isAtWork = false;
  #turn: Promise<unknown> = Promise.resolve();

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

  /** Section 11.3.3. Whether a card that says U2F_V2 speaks CTAP2 beside it shows when it is asked for its information. */
  select(): Promise<void> {
    return this.#inTurn(async () => {
      const version = await this.#select();
      const { status } = await this.#commands.send(message(0, new Uint8Array([commands.authenticatorGetInfo.code])));
      const cbor = status === statusWords.SW_NO_ERROR;
      this.#capabilities = { wink: false, cbor, nmsg: version !== appletVersions.u2f };
    });
  }

  /** A CTAP2 message, NFCCTAP_MSG. Aborting cancels it where the card says how it stands; one that holds its answer has to be waited for. */
  async transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    const copy = request.slice();
    return await this.#inTurn(() => this.#synchronised(() => this.#transact(copy, options)));
  }

  /** A CTAP1/U2F raw message: an APDU in, data and status word out. */
  async transactU2f(apdu: Uint8Array, { signal }: TransactOptions = {}): Promise<Uint8Array> {
    const command = parseCommand(apdu.slice());
    const send = async () => {
      signal?.throwIfAborted();
      return encodeResponse(await this.#commands.send(command));
    };
    return await this.#inTurn(() => this.#synchronised(send));
  }

  /** Tells the card that the host is done with it (NFCCTAP_CONTROL, section 11.3.4), unless a message is at work. */
  async [Symbol.asyncDispose](): Promise<void> {
    const canBeTold = !this.#ended && !this.#isAtWork;
    this.#ended ??= new TransportError('disconnected', `${this.name} was closed`);
    const { NFCCTAP_CONTROL: ins } = cardInstructions;
    const end = { cla: cardClasses.proprietary, ins, p1: cardParameters.end, p2: 0 };
    if (canBeTold) await this.#commands.send(end).catch(() => undefined); // a card that has gone need not be told
    await this.#connection.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      if (this.#ended) throw this.#ended;
      this.#isAtWork = true;
      try {
        return await work();
      } catch (error) {
        if (error instanceof TransportError && error.kind === 'disconnected') this.#ended ??= error;
        throw error;
      } finally {
        this.#isAtWork = false;
      }
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #synchronised<T>(work: () => Promise<T>): Promise<T> {
    if (this.#lostSync) await this.#select();
    try {
      return await work();
    } catch (error) {
      this.#lostSync = error instanceof TransportError;
      throw error;
    }
  }

  /** Resolves with the version that the applet says. */
  async #select(): Promise<string> {
    const { SELECT: ins } = cardInstructions;
    const select = { cla: cardClasses.interindustry, ins, p1: cardParameters.byName, p2: 0, data: fidoAid };
    const { data, status } = await this.#commands.send(select);
    if (status !== statusWords.SW_NO_ERROR) {
      const found = `SELECT was answered with ${statusWordName(status)}`;
      throw new TransportError('unavailable', `${this.name} has no FIDO applet: ${found}`);
    }
    this.#lostSync = false;
    return new TextDecoder().decode(data);
  }

  async #transact(request: Uint8Array, { signal, onKeepalive }: TransactOptions): Promise<Uint8Array> {
    signal?.throwIfAborted();
    let deadline = this.#clock.monotonic() + totalMs;
    let response = await this.#commands.send(message(cardParameters.asksForAnswer, request));
    let cancelled = false;
    let said: number | undefined;
    while (response.status === statusWords.SW_UPDATE) {
      const [status] = response.data;
      onKeepalive?.(status === keepaliveStatus.upneeded ? 'upneeded' : 'processing');
      if (this.#clock.monotonic() >= deadline)
        throw new TransportError('timeout', `${this.name} does not come to an answer`);
      if (status === said) await this.#pause(cancelled ? undefined : signal);
      said = status;
      const cancelNow: boolean = !cancelled && signal?.aborted === true;
      if (cancelNow) deadline = Math.min(deadline, this.#clock.monotonic() + cancelGraceMs);
      cancelled ||= cancelNow;
      response = await this.#commands.send(getResponse(cancelNow ? cardParameters.cancel : 0));
    }
    if (response.status === statusWords.SW_NO_ERROR) return response.data;
    throw new TransportError('framing', `NFCCTAP_MSG was refused with ${statusWordName(response.status)}`);
  }

  async #pause(signal: AbortSignal | undefined): Promise<void> {
    await this.#clock.sleep(pollEveryMs, signal).catch(() => undefined); // aborted: the card is told now
  }
}

const message = (p1: number, data: Uint8Array): CardCommand => ({
  cla: cardClasses.proprietary,
  ins: cardInstructions.NFCCTAP_MSG,
  p1,
  p2: 0,
  data,
});

const getResponse = (p1: number): CardCommand => ({
  cla: cardClasses.proprietary,
  ins: cardInstructions.NFCCTAP_GETRESPONSE,
  p1,
  p2: 0,
});
