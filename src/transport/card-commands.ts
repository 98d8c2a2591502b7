/**
 * Commands and responses of a smart card, each as one or several APDUs: extended length, or command chaining with short
 * APDUs if the card requires it; GET RESPONSE collects long responses. Every byte of the card is untrusted.
 */

import { withTimeout } from '#base/async.ts';
import { concat } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import {
  type CommandApdu,
  type CommandHeader,
  encodeChain,
  encodeCommand,
  hasMoreData,
  parseResponse,
  type ResponseApdu,
  statusWords,
} from '#protocol/apdu.ts';
import { ProtocolViolation, TransportError } from '#protocol/errors.ts';
import { cardClasses, cardInstructions } from '#protocol/nfcctap.ts';
import type { CardConnection } from './card-connection.ts';

/** The longest response that one APDU can request. */
const maxResponseLength = 0x1_0000;
/** A card without status updates holds its response while it waits for the user, at most 30 seconds. */
const maxHoldMs = 35_000;

export type CardCommand = CommandHeader & { data?: Uint8Array | undefined };

/** The encoding of lengths in command APDUs. */
export type ApduForm = 'extended' | 'short';

export class CardCommands {
  readonly #connection: CardConnection;
  readonly #clock: Clock;
  #form: ApduForm;
  /** When the current command times out, on the monotonic clock. */
  #endsAt = 0;

  constructor(connection: CardConnection, clock: Clock, form: ApduForm) {
    this.#connection = connection;
    this.#clock = clock;
    this.#form = form;
  }

  /**
   * Sends a command and resolves with the complete response, whatever its status. If the card rejects extended lengths,
   * this and all later commands are sent with short lengths. All of it may take `limitMs` milliseconds, at most 35 seconds.
   * @throws {TransportError} `timeout`, `framing`, or the error of the connection.
   */
  async send({ data = new Uint8Array(0), ...header }: CardCommand, limitMs: number): Promise<ResponseApdu> {
    this.#endsAt = this.#clock.monotonic() + Math.min(limitMs, maxHoldMs);
    const extended = this.#form === 'extended';
    const command = { ...header, data, ne: extended ? maxResponseLength : 256, extended };
    if (!extended) return await this.#sendChain(command);
    const response = await this.#readRemaining(await this.#transmit(encodeCommand(command)));
    if (response.status !== statusWords.SW_WRONG_LENGTH) return response;
    const shortResponse = await this.#sendChain({ ...command, ne: 256 });
    if (shortResponse.status !== statusWords.SW_WRONG_LENGTH) this.#form = 'short';
    return shortResponse;
  }

  /** Command chaining, ISO/IEC 7816-4 section 5.3.3. */
  async #sendChain(command: CommandApdu): Promise<ResponseApdu> {
    const [first, ...rest] = encodeChain(command);
    let response = await this.#transmit(first);
    for (const apdu of rest) {
      if (response.status !== statusWords.SW_NO_ERROR) return response;
      response = await this.#transmit(apdu);
    }
    return await this.#readRemaining(response);
  }

  /** Reads the rest of a response with GET RESPONSE, ISO/IEC 7816-4 section 5.3.4. */
  async #readRemaining(first: ResponseApdu): Promise<ResponseApdu> {
    const parts = [first.data];
    let length = first.data.length;
    let { status } = first;
    while (hasMoreData(status)) {
      const { GET_RESPONSE: ins } = cardInstructions;
      const ne = status & 0xff || 0x100;
      const getResponse = { cla: cardClasses.interindustry, ins, p1: 0, p2: 0, data: new Uint8Array(0), ne };
      const next = await this.#transmit(encodeCommand({ ...getResponse, extended: false }));
      length += next.data.length;
      if ((next.data.length === 0 && hasMoreData(next.status)) || length > maxResponseLength)
        throw new TransportError(
          'framing',
          `The response of ${this.#connection.name} does not end: got ${length} bytes, and the card announces more`,
        );
      parts.push(next.data);
      status = next.status;
    }
    return { data: concat(...parts), status };
  }

  async #transmit(apdu: Uint8Array): Promise<ResponseApdu> {
    const response = await withTimeout(
      this.#connection.transmit(apdu),
      this.#endsAt - this.#clock.monotonic(),
      this.#clock,
      () => new TransportError('timeout', `${this.#connection.name} does not answer`),
    );
    try {
      return parseResponse(response);
    } catch (cause) {
      if (!(cause instanceof ProtocolViolation)) throw cause;
      throw new TransportError('framing', `${this.#connection.name} violated the framing: ${cause.message}`, { cause });
    }
  }
}
