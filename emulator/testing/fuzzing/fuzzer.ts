/**
 * Sends random and mutated requests to an authenticator and checks each response: a defined status, canonical CBOR of at most
 * maxMsgSize bytes, no exception, and after an error no changed state except retry counters and tokens.
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
import { encodeMutated } from './mutate.ts';
import { Prng } from './prng.ts';
import { type FuzzState, generateRequest } from './requests.ts';

const pins = ['4862', '971364'];
const gestures: GestureOutcome[] = [
  ...Array(12).fill('granted'),
  'denied',
  'no-match',
  'timeout',
  'too-fast',
  'poor-quality',
];
/** Members of the state that a command may change although it fails: verification counters and the persistent token. */
const membersThatMayChange = ['pinRetries', 'uvRetries', 'uvCountSinceLastPinEntry', 'persistentToken'];

export interface FuzzReport {
  requests: number;
  /** The number of responses with each status. */
  statuses: Map<string, number>;
  /** Failed checks, each with the message in hex; at most 20. */
  violations: string[];
}

/** Fuzzes one authenticator. The same seed sends the same requests. */
export class Fuzzer {
  readonly report: FuzzReport = { requests: 0, statuses: new Map(), violations: [] };
  readonly #prng: Prng;
  readonly #clock = new AdjustableClock();
  readonly #platform: TestPlatform;
  /** Some messages come from a second channel. */
  readonly #otherChannel = {};
  readonly #fuzzState: FuzzState = { token: undefined, protocol: 2, credentialIds: [], templateIds: [] };
  #pin: string | undefined;
  #before = '';

  constructor(persona: PersonaId, seed: number) {
    const prng = new Prng(seed);
    this.#prng = prng;
    const authenticator = createAuthenticator({
      persona,
      clock: this.#clock,
      random: { bytes: seededRandom(`fuzz ${persona} ${seed}`).bytes },
      gestures: { respond: () => prng.pick(gestures) },
    });
    this.#platform = new TestPlatform(authenticator);
    this.#before = this.#exportState();
  }

  /** Sends `requests` messages and returns the report. */
  async run(requests: number): Promise<FuzzReport> {
    for (let count = 0; count < requests; count++) {
      if (this.#prng.oneIn(30)) await this.#act();
      if (this.#prng.oneIn(40)) await this.#sendU2f();
      else
        await this.#sendCommand(
          encodeMutated(generateRequest(this.#platform.authenticator.persona, this.#fuzzState, this.#prng), this.#prng),
        );
    }
    return this.report;
  }

  async #sendCommand(message: Uint8Array): Promise<void> {
    const channel = this.#prng.oneIn(8) ? this.#otherChannel : undefined;
    const response = await this.#process(() => this.#platform.authenticator.process(message, { channel }), message);
    if (!response) return;
    const status = statusName(response[0] as number) ?? `0x${response[0]}`;
    this.#countStatus(status);
    if (statusName(response[0] as number) === undefined || status === 'CTAP1_ERR_OTHER')
      this.#addViolation(`status ${status}`, message);
    const { maxMsgSize } = this.#platform.authenticator.persona;
    if (response.length > maxMsgSize) this.#addViolation(`response of ${response.length} bytes`, message);
    this.#checkBody(response.subarray(1), message);
    const after = this.#exportState();
    if (status !== 'CTAP2_OK' && after !== this.#before) this.#addViolation(`${status} changed state`, message);
    this.#before = after;
  }

  #checkBody(body: Uint8Array, message: Uint8Array): void {
    if (body.length === 0) return;
    const value = decode(body); // strict: throws if it is not canonical
    if (toHex(encode(value)) !== toHex(body)) this.#addViolation('not canonical', message);
    if (!(value instanceof Map)) return;
    const [id, authData] = [value.get(4), value.get(2)];
    if (id instanceof Uint8Array && id.length === 2) this.#remember(this.#fuzzState.templateIds, id);
    if (message[0] === 1 && authData instanceof Uint8Array)
      this.#remember(this.#fuzzState.credentialIds, authData.slice(55, 55 + (authData[54] as number)));
  }

  #remember(list: Uint8Array[], item: Uint8Array): void {
    if (list.length < 12) list.push(item);
    else list[this.#prng.int(12)] = item;
  }

  async #sendU2f(): Promise<void> {
    const { processU2f } = this.#platform.authenticator;
    if (!processU2f) return;
    const id = this.#fuzzState.credentialIds[0] ?? new Uint8Array(64);
    const data = this.#prng.oneIn(2)
      ? this.#prng.bytes(64)
      : concat(this.#prng.bytes(64), Uint8Array.of(id.length), id);
    const apdu = concat(
      Uint8Array.of(0, 1 + this.#prng.int(3), this.#prng.pick([0, 3, 7, 8]), 0, 0, 0, data.length),
      data,
    );
    for (let edits = this.#prng.int(3); edits > 0; edits--) apdu[this.#prng.int(apdu.length)] = this.#prng.int(256);
    const response = await this.#process(() => processU2f(apdu), apdu);
    if (!response) return;
    const word = (response.at(-2) as number) * 256 + (response.at(-1) as number);
    const name = Object.entries(statusWords).find(([, code]) => code === word)?.[0];
    this.#countStatus(name ?? `0x${word}`);
    if (!name || name === 'SW_UNKNOWN') this.#addViolation(`status word ${word}`, apdu);
    const after = this.#exportState();
    if (name !== 'SW_NO_ERROR' && after !== this.#before) this.#addViolation(`${name} changed state`, apdu);
    this.#before = after;
  }

  async #process(run: () => Promise<Uint8Array>, message: Uint8Array): Promise<Uint8Array | undefined> {
    this.report.requests += 1;
    try {
      return await run();
    } catch (error) {
      this.#addViolation(`threw ${error}`, message);
      return undefined;
    }
  }

  /** Acts like a platform and a user: sets a PIN, gets a token, and sometimes advances the clock, cycles the power or resets. */
  async #act(): Promise<void> {
    const { authenticator } = this.#platform;
    const { pinUvAuthProtocols: protocols, options } = authenticator.persona;
    if (this.#prng.oneIn(4)) this.#clock.advance(this.#prng.pick([1_000, 31_000, 601_000]));
    if (this.#prng.oneIn(12)) authenticator.powerCycle();
    if (this.#prng.oneIn(30) || authenticator.inspect().pin === 'blocked') await this.#reset();
    if (options.clientPin !== undefined && protocols.length > 0) {
      this.#fuzzState.protocol = this.#prng.pick(protocols);
      await this.#getToken(this.#fuzzState.protocol);
    }
    this.#before = this.#exportState();
  }

  async #getToken(protocol: 1 | 2): Promise<void> {
    const { authenticator } = this.#platform;
    if (authenticator.inspect().needsPowerCycle) authenticator.powerCycle();
    if (authenticator.inspect().pin === 'unset') {
      this.#pin = this.#prng.pick(pins);
      await this.#platform.setPin(protocol, this.#pin);
    } else if (this.#prng.oneIn(4) && this.#pin !== undefined) {
      const next = this.#prng.pick(pins);
      if ((await this.#platform.changePin(protocol, this.#pin, next)) === 'CTAP2_OK') this.#pin = next;
    }
    const permissions = this.#prng.pick([0x3f, 0x3c, 0x04, 0x40, 0x03, 0x10]);
    const grant = { permissions, ...(permissions & 3 && { rpId: 'example.com' }) };
    const { token } = await this.#platform.pinToken(protocol, this.#pin ?? '', this.#prng.oneIn(5) ? undefined : grant);
    this.#fuzzState.token = token ?? this.#fuzzState.token;
  }

  async #reset(): Promise<void> {
    this.#platform.authenticator.powerCycle();
    await this.#platform.send('authenticatorReset');
    if (this.#platform.authenticator.inspect().pin === 'unset') this.#pin = undefined;
  }

  #exportState(): string {
    const { members, ...rest } = this.#platform.authenticator.exportState();
    const checkedMembers = Object.entries(members).filter(([name]) => !membersThatMayChange.includes(name));
    return JSON.stringify([rest, checkedMembers]);
  }

  #countStatus(status: string): void {
    this.report.statuses.set(status, (this.report.statuses.get(status) ?? 0) + 1);
  }

  #addViolation(problem: string, message: Uint8Array): void {
    if (this.report.violations.length < 20) this.report.violations.push(`${problem}: ${toHex(message)}`);
  }
}
