/** The FIDO applet of a card, CTAP 2.1 section 11.3: NFCCTAP messages with their keepalives, and U2F. It takes whole commands; how they are cut is the card's business. */

import { utf8 } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import {
  type CommandApdu,
  encodeCommand,
  parseResponse,
  type ResponseApdu,
  type StatusWord,
  statusWords,
} from '#protocol/apdu.ts';
import { keepaliveStatus } from '#protocol/ctaphid.ts';
import { TransportError } from '#protocol/errors.ts';
import { appletVersions, cardClasses, cardInstructions, cardParameters } from '#protocol/nfcctap.ts';
import type { KeyInside } from './hid-key.ts';
import { NfcctapMessage } from './nfcctap-message.ts';

/** A host that asks for answers hears at least this often how they stand, as over CTAPHID. */
const keepaliveEveryMs = 100;

export class FidoApplet {
  readonly #inside: KeyInside;
  readonly #clock: Clock;
  #isSelected = false;
  #running: NfcctapMessage | undefined;
  /** The end of the last message. */
  #previous: Promise<unknown> | undefined;

  constructor(inside: KeyInside, clock: Clock) {
    this.#inside = inside;
    this.#clock = clock;
  }

  /** Section 11.3.3. Resolves to the answer of SELECT. */
  select(): ResponseApdu {
    this.deselect();
    this.#isSelected = true;
    return done(utf8(this.#inside.processU2f ? appletVersions.u2f : appletVersions.ctap2));
  }

  /** What runs is thrown away, and nothing but SELECT is answered. */
  deselect(): void {
    this.#isSelected = false;
    this.#running?.cancel();
    this.#running = undefined;
  }

  /** @throws {TransportError} `disconnected` when the power goes meanwhile. */
  async execute(command: CommandApdu): Promise<ResponseApdu> {
    if (!this.#isSelected) return refusal('SW_COMMAND_NOT_ALLOWED');
    if (command.cla === cardClasses.interindustry) return await this.#u2f(command);
    const { ins } = command;
    if (ins === cardInstructions.NFCCTAP_MSG) return await this.#message(command);
    if (ins === cardInstructions.NFCCTAP_GETRESPONSE) return await this.#getResponse(command);
    return ins === cardInstructions.NFCCTAP_CONTROL ? this.#control(command) : refusal('SW_INS_NOT_SUPPORTED');
  }

  /** U2F Raw Message Formats, whichever form its lengths have here. */
  async #u2f({ p1, p2, ins, data }: CommandApdu): Promise<ResponseApdu> {
    const { processU2f } = this.#inside;
    if (!processU2f) return refusal('SW_INS_NOT_SUPPORTED');
    if (this.#running) return refusal('SW_CONDITIONS_NOT_SATISFIED');
    const cla = cardClasses.interindustry;
    return parseResponse(await processU2f(encodeCommand({ cla, ins, p1, p2, data, ne: 0x1_0000, extended: true }), {}));
  }

  /** Section 11.3.7.1. */
  async #message({ p1, p2, data }: CommandApdu): Promise<ResponseApdu> {
    if ((p1 & ~cardParameters.asksForAnswer) !== 0 || p2 !== 0) return refusal('SW_INCORRECT_P1P2');
    if (data.length === 0) return refusal('SW_WRONG_LENGTH');
    if (this.#running) return refusal('SW_CONDITIONS_NOT_SATISFIED');
    const process: KeyInside['process'] = (message, how) => this.#inside.process(message, how);
    const running = new NfcctapMessage(process, data.slice(), this.#clock, this.#previous);
    this.#running = running;
    this.#previous = running.ended;
    const hostAsks = (p1 & cardParameters.asksForAnswer) !== 0 && this.#inside.sendsKeepalives !== false;
    return await this.#answerOf(running, hostAsks ? running.poll(keepaliveEveryMs) : running.answer);
  }

  /** Section 11.3.7.2. */
  async #getResponse({ p1, p2, data }: CommandApdu): Promise<ResponseApdu> {
    if ((p1 !== 0 && p1 !== cardParameters.cancel) || p2 !== 0) return refusal('SW_INCORRECT_P1P2');
    if (data.length > 0) return refusal('SW_WRONG_LENGTH');
    const running = this.#running;
    if (!running) return refusal('SW_CONDITIONS_NOT_SATISFIED');
    if (p1 === cardParameters.cancel) running.cancel();
    return await this.#answerOf(running, running.poll(keepaliveEveryMs));
  }

  /** Section 11.3.4. */
  #control({ p1, p2, data }: CommandApdu): ResponseApdu {
    if (p1 !== cardParameters.end || p2 !== 0) return refusal('SW_INCORRECT_P1P2');
    if (data.length > 0) return refusal('SW_WRONG_LENGTH');
    this.deselect();
    return done(new Uint8Array(0));
  }

  async #answerOf(running: NfcctapMessage, outcome: ReturnType<NfcctapMessage['poll']>): Promise<ResponseApdu> {
    try {
      const answer = await outcome;
      if (typeof answer === 'string')
        return { data: new Uint8Array([keepaliveStatus[answer]]), status: statusWords.SW_UPDATE };
      this.#forget(running);
      return done(answer);
    } catch (error) {
      this.#forget(running);
      if (error instanceof TransportError && error.kind === 'disconnected') throw error;
      return refusal('SW_UNKNOWN');
    }
  }

  /** Another one may run by now. */
  #forget(running: NfcctapMessage): void {
    if (this.#running === running) this.#running = undefined;
  }
}

const done = (data: Uint8Array): ResponseApdu => ({ data, status: statusWords.SW_NO_ERROR });
const refusal = (status: StatusWord): ResponseApdu => ({ data: new Uint8Array(0), status: statusWords[status] });
