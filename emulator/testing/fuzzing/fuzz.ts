/**
 * Random and mutated requests against one authenticator, and what must be true after each: a legal status, canonical CBOR of
 * at most maxMsgSize, no exception, and no state that an error changed except retry counters and tokens.
 */

import { concat, toHex } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { statusWords } from '#protocol/apdu.ts';
import { encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { statusName } from '#protocol/status.ts';
import { createAuthenticator } from '../../create-authenticator.ts';
import type { GestureOutcome } from '../../gestures.ts';
import type { PersonaId } from '../../personas/registry.ts';
import { TestPlatform } from '../test-platform.ts';
import { Dice } from './dice.ts';
import { messageFrom } from './mutate.ts';
import { type Knowledge, someRequest } from './requests.ts';

const pins = ['4862', '971364'];
const gestures: GestureOutcome[] = [
  ...Array(12).fill('granted'),
  'denied',
  'no-match',
  'timeout',
  'too-fast',
  'poor-quality',
];
/** Of these an error may change the value: counters of verifications, and the token that only reads. */
const countersAndTokens = ['pinRetries', 'uvRetries', 'uvCountSinceLastPinEntry', 'persistentToken'];

export interface FuzzReport {
  requests: number;
  /** How often each status came. */
  statuses: Map<string, number>;
  /** What was not as it must be, with the message in hex; at most 20. */
  offences: string[];
}

/** One authenticator under fire; the same seed fires the same requests. */
export class Fuzzer {
  readonly report: FuzzReport = { requests: 0, statuses: new Map(), offences: [] };
  readonly #dice: Dice;
  readonly #clock = new AdjustableClock();
  readonly #platform: TestPlatform;
  readonly #known: Knowledge = { token: undefined, protocol: 2, credentialIds: [], templateIds: [] };
  #pin: string | undefined;
  #before = '';

  constructor(persona: PersonaId, seed: number) {
    const dice = new Dice(seed);
    this.#dice = dice;
    const authenticator = createAuthenticator({
      persona,
      clock: this.#clock,
      random: { bytes: seededRandom(`fuzz ${persona} ${seed}`).bytes },
      gestures: { respond: () => dice.pick(gestures) },
    });
    this.#platform = new TestPlatform(authenticator);
    this.#before = this.#state();
  }

  async fire(requests: number): Promise<FuzzReport> {
    for (let count = 0; count < requests; count++) {
      if (this.#dice.once(30)) await this.#honestStep();
      if (this.#dice.once(40)) await this.#fireU2f();
      else
        await this.#fireOne(
          messageFrom(someRequest(this.#platform.authenticator.persona, this.#known, this.#dice), this.#dice),
        );
    }
    return this.report;
  }

  async #fireOne(message: Uint8Array): Promise<void> {
    const answer = await this.#processed(() => this.#platform.authenticator.process(message), message);
    if (!answer) return;
    const status = statusName(answer[0] as number) ?? `0x${answer[0]}`;
    this.#count(status);
    if (statusName(answer[0] as number) === undefined || status === 'CTAP1_ERR_OTHER')
      this.#offence(`status ${status}`, message);
    const { maxMsgSize } = this.#platform.authenticator.persona;
    if (answer.length > maxMsgSize) this.#offence(`an answer of ${answer.length} bytes`, message);
    this.#judgeBody(answer.subarray(1), message);
    const after = this.#state();
    if (status !== 'CTAP2_OK' && after !== this.#before) this.#offence(`${status} changed state`, message);
    this.#before = after;
  }

  #judgeBody(body: Uint8Array, message: Uint8Array): void {
    if (body.length === 0) return;
    const value = decode(body); // strict: it throws for what is not canonical
    if (toHex(encode(value)) !== toHex(body)) this.#offence('not canonical', message);
    if (!(value instanceof Map)) return;
    const [id, authData] = [value.get(4), value.get(2)];
    if (id instanceof Uint8Array && id.length === 2) this.#remember(this.#known.templateIds, id);
    if (message[0] === 1 && authData instanceof Uint8Array)
      this.#remember(this.#known.credentialIds, authData.slice(55, 55 + (authData[54] as number)));
  }

  #remember(list: Uint8Array[], item: Uint8Array): void {
    if (list.length < 12) list.push(item);
    else list[this.#dice.roll(12)] = item;
  }

  async #fireU2f(): Promise<void> {
    const { processU2f } = this.#platform.authenticator;
    if (!processU2f) return;
    const id = this.#known.credentialIds[0] ?? new Uint8Array(64);
    const data = this.#dice.once(2) ? this.#dice.bytes(64) : concat(this.#dice.bytes(64), Uint8Array.of(id.length), id);
    const apdu = concat(
      Uint8Array.of(0, 1 + this.#dice.roll(3), this.#dice.pick([0, 3, 7, 8]), 0, 0, 0, data.length),
      data,
    );
    for (let edits = this.#dice.roll(3); edits > 0; edits--) apdu[this.#dice.roll(apdu.length)] = this.#dice.roll(256);
    const answer = await this.#processed(() => processU2f(apdu), apdu);
    if (!answer) return;
    const word = (answer.at(-2) as number) * 256 + (answer.at(-1) as number);
    const name = Object.entries(statusWords).find(([, code]) => code === word)?.[0];
    this.#count(name ?? `0x${word}`);
    if (!name || name === 'SW_UNKNOWN') this.#offence(`status word ${word}`, apdu);
    const after = this.#state();
    if (name !== 'SW_NO_ERROR' && after !== this.#before) this.#offence(`${name} changed state`, apdu);
    this.#before = after;
  }

  async #processed(run: () => Promise<Uint8Array>, message: Uint8Array): Promise<Uint8Array | undefined> {
    this.report.requests += 1;
    try {
      return await run();
    } catch (error) {
      this.#offence(`threw ${error}`, message);
      return undefined;
    }
  }

  /** What a platform would do: a PIN, a token with some permissions; time passes, the power cycles, all is reset. */
  async #honestStep(): Promise<void> {
    const { authenticator } = this.#platform;
    const { pinUvAuthProtocols: protocols, options } = authenticator.persona;
    if (this.#dice.once(4)) this.#clock.advance(this.#dice.pick([1_000, 31_000, 601_000]));
    if (this.#dice.once(12)) authenticator.powerCycle();
    if (this.#dice.once(30) || authenticator.inspect().pin === 'blocked') await this.#reset();
    if (options.clientPin !== undefined && protocols.length > 0) {
      this.#known.protocol = this.#dice.pick(protocols);
      await this.#getToken(this.#known.protocol);
    }
    this.#before = this.#state();
  }

  async #getToken(protocol: 1 | 2): Promise<void> {
    const { authenticator } = this.#platform;
    if (authenticator.inspect().needsPowerCycle) authenticator.powerCycle();
    if (authenticator.inspect().pin === 'unset') {
      this.#pin = this.#dice.pick(pins);
      await this.#platform.setPin(protocol, this.#pin);
    } else if (this.#dice.once(4) && this.#pin !== undefined) {
      const next = this.#dice.pick(pins);
      if ((await this.#platform.changePin(protocol, this.#pin, next)) === 'CTAP2_OK') this.#pin = next;
    }
    const wanted = this.#dice.pick([0x3f, 0x3c, 0x04, 0x40, 0x03, 0x10]);
    const grant = { permissions: wanted, ...(wanted & 3 && { rpId: 'example.com' }) };
    const { token } = await this.#platform.pinToken(protocol, this.#pin ?? '', this.#dice.once(5) ? undefined : grant);
    this.#known.token = token ?? this.#known.token;
  }

  async #reset(): Promise<void> {
    this.#platform.authenticator.powerCycle();
    await this.#platform.send('authenticatorReset');
    if (this.#platform.authenticator.inspect().pin === 'unset') this.#pin = undefined;
  }

  #state(): string {
    const { members, ...rest } = this.#platform.authenticator.exportState();
    const lasting = Object.entries(members).filter(([name]) => !countersAndTokens.includes(name));
    return JSON.stringify([rest, lasting]);
  }

  #count(status: string): void {
    this.report.statuses.set(status, (this.report.statuses.get(status) ?? 0) + 1);
  }

  #offence(what: string, message: Uint8Array): void {
    if (this.report.offences.length < 20) this.report.offences.push(`${what}: ${toHex(message)}`);
  }
}
