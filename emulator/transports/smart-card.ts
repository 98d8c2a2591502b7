/**
 * A smart card, ISO/IEC 7816-4, with the FIDO applet on it: it takes command APDUs, one at a time, and gives response APDUs.
 * It owns selection and how long commands and responses are cut: short, extended, chained. Any bytes are answered.
 */

import { concat, equal } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import {
  type CommandApdu,
  chainingBit,
  encodeResponse,
  moreData,
  parseCommand,
  type ResponseApdu,
  responseApdu,
  shortLimits,
  statusWords,
} from '#protocol/apdu.ts';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { cardClasses, cardInstructions, cardParameters, fidoAid } from '#protocol/nfcctap.ts';
import { FidoApplet } from './fido-applet.ts';
import type { KeyInside } from './hid-key.ts';

/** SELECT for the first applet of that name: with its control information, or without any. */
const selectionP2: readonly number[] = [0x00, 0x0c];

export class SmartCard {
  readonly #applet: FidoApplet;
  /** The commands of a chain so far, as one. */
  #chain: CommandApdu | undefined;
  /** What of the last response is still to be fetched, with its status. */
  #rest: ResponseApdu | undefined;

  constructor(inside: KeyInside, clock: Clock) {
    this.#applet = new FidoApplet(inside, clock);
  }

  /** As after power-up: nothing is selected, half a command or response is forgotten. */
  reset(): void {
    this.#applet.deselect();
    this.#chain = undefined;
    this.#rest = undefined;
  }

  /** @throws {TransportError} `disconnected` when the power goes meanwhile. */
  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    let command: CommandApdu;
    try {
      command = parseCommand(apdu);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#chain = undefined;
      return responseApdu('SW_WRONG_LENGTH');
    }
    if (command.ins === cardInstructions.GET_RESPONSE) return this.#getResponse(command);
    this.#rest = undefined;
    return await this.#whole(command);
  }

  /** Puts a chain together, section 5.3.3, and carries out what is whole. */
  async #whole(command: CommandApdu): Promise<Uint8Array> {
    const cla = command.cla & ~chainingBit;
    const chain = isSelect({ ...command, cla }) ? undefined : this.#chain; // SELECT is a beginning, whatever came before
    this.#chain = undefined;
    if (cla !== cardClasses.interindustry && cla !== cardClasses.proprietary)
      return responseApdu('SW_CLA_NOT_SUPPORTED');
    if (chain && !continues(chain, command, cla)) return responseApdu('SW_LAST_COMMAND_EXPECTED');
    const data = chain ? concat(chain.data, command.data) : command.data;
    if (data.length > maxPayloadLength) return responseApdu('SW_WRONG_LENGTH');
    if (command.cla === cla) return this.#respond(command, await this.#execute({ ...command, data }));
    this.#chain = { ...command, cla, data: data.slice() };
    return responseApdu('SW_NO_ERROR');
  }

  async #execute(command: CommandApdu): Promise<ResponseApdu> {
    return isSelect(command) ? this.#select(command) : await this.#applet.execute(command);
  }

  /** Selecting what is not there leaves the applet selected. */
  #select({ p1, p2, data }: CommandApdu): ResponseApdu {
    if (p1 !== cardParameters.byName || !selectionP2.includes(p2)) return bare('SW_INCORRECT_P1P2');
    return equal(data, fidoAid) ? this.#applet.select() : bare('SW_FILE_NOT_FOUND');
  }

  /** Section 11.3.1 of ISO/IEC 7816-4, in either class. */
  #getResponse(command: CommandApdu): Uint8Array {
    const { cla, p1, p2, data } = command;
    if (cla !== cardClasses.interindustry && cla !== cardClasses.proprietary)
      return responseApdu('SW_CLA_NOT_SUPPORTED');
    if (p1 !== 0 || p2 !== 0) return responseApdu('SW_INCORRECT_P1P2');
    if (data.length > 0) return responseApdu('SW_WRONG_LENGTH');
    const rest = this.#rest;
    return rest ? this.#respond(command, rest) : responseApdu('SW_CONDITIONS_NOT_SATISFIED');
  }

  /** As much as the host takes, section 5.3.4. A command without Le takes what its form allows. */
  #respond({ ne, extended }: CommandApdu, response: ResponseApdu): Uint8Array {
    const { data, status } = response;
    const most = extended ? (ne ?? data.length) : Math.min(ne ?? shortLimits.response, shortLimits.response);
    if (data.length <= most) {
      this.#rest = undefined;
      return encodeResponse(response);
    }
    this.#rest = { data: data.subarray(most), status };
    return encodeResponse({ data: data.subarray(0, most), status: moreData(data.length - most) });
  }
}

const isSelect = ({ cla, ins }: CommandApdu): boolean =>
  cla === cardClasses.interindustry && ins === cardInstructions.SELECT;

const bare = (status: 'SW_INCORRECT_P1P2' | 'SW_FILE_NOT_FOUND'): ResponseApdu => ({
  data: new Uint8Array(0),
  status: statusWords[status],
});

const continues = (chain: CommandApdu, { ins, p1, p2 }: CommandApdu, cla: number): boolean =>
  chain.cla === cla && chain.ins === ins && chain.p1 === p1 && chain.p2 === p2;
