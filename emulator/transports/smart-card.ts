/**
 * A smart card with the FIDO applet, ISO/IEC 7816-4: it executes command APDUs, one at a time, and returns response APDUs.
 * It implements applet selection, and the short, extended and chained forms of long commands and responses. Every byte
 * sequence gets a response.
 */

import { concat, equal } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import {
  type CommandApdu,
  chainingBit,
  encodeMoreData,
  encodeResponse,
  encodeStatusResponse,
  parseCommand,
  type ResponseApdu,
  shortLimits,
  statusWords,
} from '#protocol/apdu.ts';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { cardClasses, cardInstructions, cardParameters, fidoAid } from '#protocol/nfcctap.ts';
import { type CardRules, conformingTransports, type TransportFaults } from '../transport-rules.ts';
import { FidoApplet } from './fido-applet.ts';
import type { AuthenticatorBackend } from './hid-key.ts';

/** P2 of SELECT for the first applet with the name: with file control information, or without. */
const selectionP2: readonly number[] = [0x00, 0x0c];

export class SmartCard {
  readonly #applet: FidoApplet;
  readonly #rules: CardRules;
  readonly #changeResponse: TransportFaults['cardResponse'];
  /** The commands of an unfinished chain, combined. */
  #chain: CommandApdu | undefined;
  /** The part of the last response that the host has not fetched yet, with its status. */
  #remaining: ResponseApdu | undefined;

  constructor(authenticator: AuthenticatorBackend, clock: Clock) {
    const { card, cardResponse } = authenticator.transportFaults ?? conformingTransports;
    this.#rules = card;
    this.#changeResponse = cardResponse;
    this.#applet = new FidoApplet(authenticator, clock);
  }

  /** Returns to the state after power-up: no applet is selected, partial commands and responses are dropped. */
  reset(): void {
    this.#applet.deselect();
    this.#chain = undefined;
    this.#remaining = undefined;
  }

  /** @throws {TransportError} `disconnected` if the card loses power during the command. */
  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    let command: CommandApdu;
    try {
      command = parseCommand(apdu);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#chain = undefined;
      return encodeStatusResponse(this.#rules.refuseWrongLengths ? 'SW_WRONG_LENGTH' : 'SW_NO_ERROR');
    }
    if (!this.#acceptsForm(command)) return encodeStatusResponse('SW_WRONG_LENGTH');
    if (command.ins === cardInstructions.GET_RESPONSE) return this.#getResponse(command);
    if (this.#rules.dropRemainingOnCommand) this.#remaining = undefined;
    return await this.#executeChained(command);
  }

  /** Whether lengths of this form are accepted. SELECT is always short. */
  #acceptsForm(command: CommandApdu): boolean {
    if (command.extended) return this.#rules.acceptExtendedLengths;
    return this.#rules.acceptShortLengths || isSelect(command);
  }

  /** Combines the commands of a chain, section 5.3.3, and executes a complete command. */
  async #executeChained(command: CommandApdu): Promise<Uint8Array> {
    const { refuseUnknownClasses, enforceChainHeader, enforceMaxLength, acceptChains, endChainOnSelect } = this.#rules;
    const cla = command.cla & ~chainingBit;
    const endsChain = isSelect({ ...command, cla }) && endChainOnSelect; // SELECT ends an unfinished chain
    const chain = endsChain ? undefined : this.#chain;
    this.#chain = undefined;
    if (cla !== cardClasses.interindustry && cla !== cardClasses.proprietary && refuseUnknownClasses)
      return encodeStatusResponse('SW_CLA_NOT_SUPPORTED');
    if (cla !== command.cla && !acceptChains) return encodeStatusResponse('SW_CLA_NOT_SUPPORTED');
    if (chain && !belongsToChain(chain, command, cla) && enforceChainHeader)
      return encodeStatusResponse('SW_LAST_COMMAND_EXPECTED');
    const data = chain ? concat(chain.data, command.data) : command.data;
    if (data.length > maxPayloadLength && enforceMaxLength) return encodeStatusResponse('SW_WRONG_LENGTH');
    if (command.cla === cla)
      return this.#respond(command, this.#changeResponse(await this.#execute({ ...command, data })));
    this.#chain = { ...command, cla, data: data.slice() };
    return encodeStatusResponse('SW_NO_ERROR');
  }

  async #execute(command: CommandApdu): Promise<ResponseApdu> {
    return isSelect(command) ? this.#select(command) : await this.#applet.execute(command);
  }

  /** A failed SELECT does not change which applet is selected. */
  #select({ p1, p2, data }: CommandApdu): ResponseApdu {
    const { enforceParameters, refuseOtherApplets, keepSelectionAfterFailedSelect } = this.#rules;
    if (!keepSelectionAfterFailedSelect) this.#applet.deselect();
    if ((p1 !== cardParameters.byName || !selectionP2.includes(p2)) && enforceParameters)
      return statusOnly('SW_INCORRECT_P1P2');
    return equal(data, fidoAid) || !refuseOtherApplets ? this.#applet.select() : statusOnly('SW_FILE_NOT_FOUND');
  }

  /** GET RESPONSE, ISO/IEC 7816-4 section 11.3.1, in both classes. */
  #getResponse(command: CommandApdu): Uint8Array {
    const { cla, p1, p2, data } = command;
    if (cla !== cardClasses.interindustry && cla !== cardClasses.proprietary)
      return encodeStatusResponse('SW_CLA_NOT_SUPPORTED');
    const { enforceParameters, enforceLengths, refuseGetResponseWithoutData } = this.#rules;
    if ((p1 !== 0 || p2 !== 0) && enforceParameters) return encodeStatusResponse('SW_INCORRECT_P1P2');
    if (data.length > 0 && enforceLengths) return encodeStatusResponse('SW_WRONG_LENGTH');
    if (this.#remaining) return this.#respond(command, this.#remaining);
    return encodeStatusResponse(refuseGetResponseWithoutData ? 'SW_CONDITIONS_NOT_SATISFIED' : 'SW_NO_ERROR');
  }

  /** Returns as much of the response as the host accepts, section 5.3.4; without Le, as much as the command's form allows. */
  #respond({ ne, extended }: CommandApdu, response: ResponseApdu): Uint8Array {
    const { respectExpectedLength, keepRemainingResponse } = this.#rules;
    const { data, status } = response;
    if (!respectExpectedLength) return encodeResponse(response);
    const maxLength = extended ? (ne ?? data.length) : Math.min(ne ?? shortLimits.response, shortLimits.response);
    if (data.length <= maxLength) {
      if (this.#rules.dropRemainingOnCommand) this.#remaining = undefined;
      return encodeResponse(response);
    }
    this.#remaining = keepRemainingResponse ? { data: data.subarray(maxLength), status } : undefined;
    return encodeResponse({ data: data.subarray(0, maxLength), status: encodeMoreData(data.length - maxLength) });
  }
}

const isSelect = ({ cla, ins }: CommandApdu): boolean =>
  cla === cardClasses.interindustry && ins === cardInstructions.SELECT;

const statusOnly = (status: 'SW_INCORRECT_P1P2' | 'SW_FILE_NOT_FOUND'): ResponseApdu => ({
  data: new Uint8Array(0),
  status: statusWords[status],
});

const belongsToChain = (chain: CommandApdu, { ins, p1, p2 }: CommandApdu, cla: number): boolean =>
  chain.cla === cla && chain.ins === ins && chain.p1 === p1 && chain.p2 === p2;
