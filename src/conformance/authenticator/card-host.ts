/** A card reader for checks: it sends single APDUs, well-formed or not, and CTAP messages in each of their forms. ISO/IEC 7816-4 and CTAP 2.1 section 11.3. */
import { concat, toHex } from '#base/bytes.ts';
import {
  encodeChain,
  encodeCommand,
  hasMoreData,
  parseResponse,
  type StatusWord,
  statusWordName,
} from '#protocol/apdu.ts';
import { cardClasses, cardInstructions, cardParameters, fidoAid } from '#protocol/nfcctap.ts';
import { check } from './checks.ts';
import { setUp } from './failures.ts';
import type { TestContext } from './test-context.ts';
import type { CardInterface } from './test-target.ts';

/** A command APDU; the defaults are those of NFCCTAP_MSG with extended lengths. */
export interface CardCommand {
  cla?: number;
  ins?: number;
  p1?: number;
  p2?: number;
  data?: Uint8Array;
  isShort?: boolean;
  /** Maximum length of the response; default: the maximum of the form. */
  ne?: number | undefined;
}

export interface CardAnswer {
  data: Uint8Array;
  status: number;
}

const nothing = new Uint8Array(0);

export class CardHost {
  readonly #context: TestContext;
  readonly #card: CardInterface;

  constructor(context: TestContext, card: CardInterface) {
    this.#context = context;
    this.#card = card;
  }

  /** Sends bytes as a command. @throws {ProtocolViolation} if the answer has no status word. */
  async transmit(apdu: Uint8Array): Promise<CardAnswer> {
    const answer = await this.#card.transmit(apdu);
    this.#context.recordMessage(() => [
      { name: 'request', text: `APDU ${toHex(apdu)}` },
      { name: 'answer', text: `APDU ${toHex(answer)}` },
    ]);
    return parseResponse(answer);
  }

  send(command: CardCommand): Promise<CardAnswer> {
    return this.transmit(encodeCommand(complete(command)));
  }

  /** Sends a command as a chain of short commands, and returns the answer to the last one. */
  async sendChain(command: CardCommand): Promise<CardAnswer> {
    const [first, ...rest] = encodeChain(complete({ ...command, isShort: true }));
    let answer = await this.transmit(first);
    for (const apdu of rest) {
      checkWord(answer, 'SW_NO_ERROR');
      answer = await this.transmit(apdu);
    }
    return answer;
  }

  /** Selects an applet by name; the FIDO applet by default. */
  select(aid: Uint8Array = fidoAid, command: Partial<CardCommand> = {}): Promise<CardAnswer> {
    const { SELECT: ins } = cardInstructions;
    const { interindustry: cla } = cardClasses;
    return this.send({ cla, ins, p1: cardParameters.byName, data: aid, isShort: true, ...command });
  }

  /** Sends a CTAP message, and returns the complete answer. */
  async message(message: Uint8Array, command: Partial<CardCommand> = {}): Promise<CardAnswer> {
    return this.readRest(await this.send({ data: message, ...command }));
  }

  getResponse(ne = 0x100): Promise<CardAnswer> {
    const { GET_RESPONSE: ins } = cardInstructions;
    return this.send({ cla: cardClasses.interindustry, ins, isShort: true, ne });
  }

  /** Fetches what is left of an answer with GET RESPONSE. */
  async readRest(first: CardAnswer): Promise<CardAnswer> {
    const parts = [first.data];
    let { status } = first;
    for (let count = 0; hasMoreData(status); count++) {
      check(count < 64, 'Expected the answer to end, but the card announces more after 64 parts');
      const next = await this.getResponse(status & 0xff || 0x100);
      parts.push(next.data);
      status = next.status;
    }
    return { data: concat(...parts), status };
  }
}

function complete({ cla = cardClasses.proprietary, ins = cardInstructions.NFCCTAP_MSG, ...rest }: CardCommand) {
  const { p1 = 0, p2 = 0, data = nothing, isShort = false } = rest;
  const ne = 'ne' in rest ? rest.ne : isShort ? 0x100 : 0x1_0000;
  return { cla, ins, p1, p2, data, ne, extended: !isShort };
}

/** Checks that an answer has one of these status words. */
export function checkWord({ status }: CardAnswer, ...accepted: readonly StatusWord[]): void {
  const name = statusWordName(status);
  check((accepted as readonly string[]).includes(name), `Expected ${accepted.join(' or ')}, got ${name}`);
}

/** Checks that the card refused a command; any status word of an error does. */
export function checkRefusedByCard({ status, data }: CardAnswer): void {
  const isError = status >> 12 === 0x6 && status >> 8 !== 0x61;
  check(isError, `Expected the status word of an error, got ${statusWordName(status)}`);
  check(data.length === 0, `Expected no data with an error, got ${toHex(data)}`);
}

/** Opens the card interface of the target, before an applet is selected. */
export const openCardHost = async (context: TestContext): Promise<CardHost> =>
  new CardHost(context, await setUp('open the interface of the card', () => context.openCard()));

/** Opens the card interface and selects the FIDO applet. */
export async function openApplet(context: TestContext): Promise<CardHost> {
  const host = await openCardHost(context);
  await setUp('select the FIDO applet', async () => checkWord(await host.select(), 'SW_NO_ERROR'));
  return host;
}
