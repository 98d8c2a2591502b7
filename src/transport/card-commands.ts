/** Whole commands to a smart card over single APDUs: extended, or chained where the card wants that; responses put together. Every byte is hostile. */

import { concat } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import {
  type CommandApdu,
  type CommandHeader,
  encodeChain,
  encodeCommand,
  parseResponse,
  type ResponseApdu,
  saysMoreData,
  statusWords,
} from '#protocol/apdu.ts';
import { ProtocolViolation, TransportError } from '#protocol/errors.ts';
import { cardClasses, cardInstructions } from '#protocol/nfcctap.ts';
import type { CardConnection } from './card-connection.ts';

/** The longest response that an APDU can ask for. */
const longestResponse = 0x1_0000;
/** A card that gives no status holds its answer while it waits for a person, who has 30 seconds. */
const silenceMs = 35_000;

export type CardCommand = CommandHeader & { data?: Uint8Array | undefined };

/** How the lengths of commands are written. */
export type ApduForm = 'extended' | 'short';

export class CardCommands {
  readonly #connection: CardConnection;
  readonly #clock: Clock;
  #form: ApduForm;

  constructor(connection: CardConnection, clock: Clock, form: ApduForm) {
    this.#connection = connection;
    this.#clock = clock;
    this.#form = form;
  }

  /**
   * Resolves with all of the response, whatever its status. A card that refuses extended lengths gets short ones from then on.
   * @throws {TransportError} `timeout`, `framing`, or as the connection says.
   */
  async send({ data = new Uint8Array(0), ...header }: CardCommand): Promise<ResponseApdu> {
    const extended = this.#form === 'extended';
    const command = { ...header, data, ne: extended ? longestResponse : 256, extended };
    if (!extended) return await this.#sendChain(command);
    const response = await this.#complete(await this.#transmit(encodeCommand(command)));
    if (response.status !== statusWords.SW_WRONG_LENGTH) return response;
    const again = await this.#sendChain({ ...command, ne: 256 });
    if (again.status !== statusWords.SW_WRONG_LENGTH) this.#form = 'short';
    return again;
  }

  async #sendChain(command: CommandApdu): Promise<ResponseApdu> {
    const chain = encodeChain(command);
    for (const part of chain.slice(0, -1)) {
      const response = await this.#transmit(part);
      if (response.status !== statusWords.SW_NO_ERROR) return response;
    }
    return await this.#complete(await this.#transmit(chain.at(-1)!));
  }

  /** Fetches the rest of a response, ISO/IEC 7816-4 section 5.3.4. */
  async #complete(first: ResponseApdu): Promise<ResponseApdu> {
    const parts = [first.data];
    let length = first.data.length;
    let { status } = first;
    while (saysMoreData(status)) {
      const { GET_RESPONSE: ins } = cardInstructions;
      const ne = status & 0xff || 0x100;
      const fetch = { cla: cardClasses.interindustry, ins, p1: 0, p2: 0, data: new Uint8Array(0), ne, extended: false };
      const next = await this.#transmit(encodeCommand(fetch));
      length += next.data.length;
      if ((next.data.length === 0 && saysMoreData(next.status)) || length > longestResponse)
        throw new TransportError('framing', `the card's response does not end: ${length} bytes, and more to come`);
      parts.push(next.data);
      status = next.status;
    }
    return { data: concat(...parts), status };
  }

  async #transmit(apdu: Uint8Array): Promise<ResponseApdu> {
    const response = await this.#withinPatience(this.#connection.transmit(apdu));
    try {
      return parseResponse(response);
    } catch (cause) {
      if (!(cause instanceof ProtocolViolation)) throw cause;
      throw new TransportError('framing', `the card broke the framing: ${cause.message}`, { cause });
    }
  }

  async #withinPatience(response: Promise<Uint8Array>): Promise<Uint8Array> {
    const answered = new AbortController();
    const patience = this.#clock.sleep(silenceMs, answered.signal).then(() => {
      throw new TransportError('timeout', `${this.#connection.name} does not answer`);
    });
    try {
      return await Promise.race([response, patience]);
    } finally {
      patience.catch(() => undefined);
      response.catch(() => undefined);
      answered.abort();
    }
  }
}
