/** The FIDO applet of a smart card, CTAP 2.1 section 11.3: NFCCTAP messages with their keepalives, and U2F. It receives complete commands; `smart-card.ts` handles chaining. */

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
import type { Channel } from '../session.ts';
import { type CardRules, conformingCardRules } from '../transport-rules.ts';
import type { AuthenticatorBackend } from './hid-key.ts';
import { NfcctapMessage } from './nfcctap-message.ts';

/** Maximum time until a polling host gets a status, as over CTAPHID. */
const keepaliveIntervalMs = 100;

export class FidoApplet {
  readonly #authenticator: AuthenticatorBackend;
  readonly #clock: Clock;
  readonly #rules: CardRules;
  #isSelected = false;
  /** A host that selects the applet again is another one. */
  #channel: Channel = {};
  #running: NfcctapMessage | undefined;
  /** Settles when the last message has ended. */
  #previousEnd: Promise<unknown> | undefined;

  constructor(authenticator: AuthenticatorBackend, clock: Clock) {
    this.#authenticator = authenticator;
    this.#clock = clock;
    this.#rules = authenticator.transportFaults?.card ?? conformingCardRules;
  }

  /** Section 11.3.3. Returns the response to SELECT. */
  select(): ResponseApdu {
    this.deselect();
    this.#isSelected = true;
    this.#channel = {};
    return success(utf8(this.#authenticator.processU2f ? appletVersions.u2f : appletVersions.ctap2));
  }

  /** Cancels the running message. Until the next SELECT, every command is refused. */
  deselect(): void {
    this.#isSelected = false;
    this.#running?.cancel();
    this.#running = undefined;
  }

  /** @throws {TransportError} `disconnected` if the card loses power during the command. */
  async execute(command: CommandApdu): Promise<ResponseApdu> {
    if (!this.#isSelected && this.#rules.requireSelection) return failure('SW_COMMAND_NOT_ALLOWED');
    if (!this.#rules.keepSequences) this.#channel = {};
    if (command.cla === cardClasses.interindustry) return await this.#u2f(command);
    const { ins } = command;
    if (ins === cardInstructions.NFCCTAP_MSG) return await this.#message(command);
    if (ins === cardInstructions.NFCCTAP_GETRESPONSE) return await this.#getResponse(command);
    if (ins === cardInstructions.NFCCTAP_CONTROL) return this.#control(command);
    return this.#rules.refuseUnknownInstructions ? failure('SW_INS_NOT_SUPPORTED') : success(new Uint8Array(0));
  }

  /** U2F Raw Message Formats; the authenticator always gets the extended length form. */
  async #u2f({ p1, p2, ins, data }: CommandApdu): Promise<ResponseApdu> {
    const { processU2f } = this.#authenticator;
    if (!processU2f || !this.#rules.acceptU2f) return failure('SW_INS_NOT_SUPPORTED');
    if (this.#running) return failure('SW_CONDITIONS_NOT_SATISFIED');
    const cla = cardClasses.interindustry;
    return parseResponse(
      await processU2f(encodeCommand({ cla, ins, p1, p2, data, ne: 0x1_0000, extended: true }), {
        channel: this.#channel,
      }),
    );
  }

  /** Section 11.3.7.1. */
  async #message({ p1, p2, data }: CommandApdu): Promise<ResponseApdu> {
    const { enforceParameters, enforceLengths, sendStatusUpdates, updateOnlyPollingHosts } = this.#rules;
    if (((p1 & ~cardParameters.pollsForAnswer) !== 0 || p2 !== 0) && enforceParameters)
      return failure('SW_INCORRECT_P1P2');
    if (data.length === 0) return enforceLengths ? failure('SW_WRONG_LENGTH') : success(data);
    if (this.#running) return failure('SW_CONDITIONS_NOT_SATISFIED');
    const process: AuthenticatorBackend['process'] = (message, options) =>
      this.#authenticator.process(message, options);
    const running = new NfcctapMessage(process, data.slice(), {
      clock: this.#clock,
      channel: this.#channel,
      previous: this.#previousEnd,
    });
    this.#running = running;
    this.#previousEnd = running.ended;
    const sendsUpdates = sendStatusUpdates && this.#authenticator.sendsKeepalives !== false;
    const hostPolls = ((p1 & cardParameters.pollsForAnswer) !== 0 || !updateOnlyPollingHosts) && sendsUpdates;
    return await this.#respondWith(running, hostPolls ? running.poll(keepaliveIntervalMs) : running.answer);
  }

  /** Section 11.3.7.2. */
  async #getResponse({ p1, p2, data }: CommandApdu): Promise<ResponseApdu> {
    const { enforceParameters, enforceLengths, refuseGetResponseWithoutData, cancelMessages } = this.#rules;
    if (((p1 !== 0 && p1 !== cardParameters.cancel) || p2 !== 0) && enforceParameters)
      return failure('SW_INCORRECT_P1P2');
    if (data.length > 0 && enforceLengths) return failure('SW_WRONG_LENGTH');
    const running = this.#running;
    if (!running)
      return refuseGetResponseWithoutData ? failure('SW_CONDITIONS_NOT_SATISFIED') : success(new Uint8Array(0));
    if (p1 === cardParameters.cancel && cancelMessages) running.cancel();
    return await this.#respondWith(running, running.poll(keepaliveIntervalMs));
  }

  /** Section 11.3.4. */
  #control({ p1, p2, data }: CommandApdu): ResponseApdu {
    const { enforceParameters, enforceLengths, deselectOnRequest } = this.#rules;
    if ((p1 !== cardParameters.end || p2 !== 0) && enforceParameters) return failure('SW_INCORRECT_P1P2');
    if (data.length > 0 && enforceLengths) return failure('SW_WRONG_LENGTH');
    if (deselectOnRequest) this.deselect();
    return success(new Uint8Array(0));
  }

  async #respondWith(running: NfcctapMessage, outcome: ReturnType<NfcctapMessage['poll']>): Promise<ResponseApdu> {
    try {
      const answer = await outcome;
      if (typeof answer === 'string')
        return { data: new Uint8Array([keepaliveStatus[answer]]), status: statusWords.SW_UPDATE };
      this.#forget(running);
      return success(answer);
    } catch (error) {
      this.#forget(running);
      if (error instanceof TransportError && error.kind === 'disconnected') throw error;
      return failure('SW_UNKNOWN');
    }
  }

  /** Clears the running message, unless another one has started. */
  #forget(running: NfcctapMessage): void {
    if (this.#running === running) this.#running = undefined;
  }
}

const success = (data: Uint8Array): ResponseApdu => ({ data, status: statusWords.SW_NO_ERROR });
const failure = (status: StatusWord): ResponseApdu => ({ data: new Uint8Array(0), status: statusWords[status] });
