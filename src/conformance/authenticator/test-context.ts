/** What a case works with: the authenticator, the user, time, and the random values of the case. */
import { toHex } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { systemClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { type CborMap, encodeMessage } from '#protocol/cbor.ts';
import { type CommandName, commands } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapDevice, TransactOptions } from '#transport/device.ts';
import type { Evidence } from '../case-result.ts';
import { decodeExchange, type Exchange, toEvidence } from './exchange.ts';
import { SetUpFailed } from './failures.ts';
import type { MetadataStatement } from './metadata/statement.ts';
import { readInfo } from './read-info.ts';
import type { CardInterface, CredentialPool, HidInterface, TestTarget, UserBehaviour } from './test-target.ts';

interface TestContextOptions {
  target: TestTarget;
  random: Random;
  caseId: string;
  variant: string | undefined;
  /** Undefined: without members. */
  metadata?: MetadataStatement | undefined;
}

export class TestContext {
  /** Only this case uses this RP ID, unless its preparation takes the credential of another case. */
  rpId: string;
  readonly credentials: CredentialPool | undefined;
  readonly variant: string | undefined;
  /** The metadata statement of the vendor. */
  readonly metadata: MetadataStatement;
  readonly random: Random;
  readonly clock: Clock = systemClock;
  /** The same authenticator as a device port, for the helpers of the client; its messages are evidence, too. */
  readonly device: CtapDevice;
  /** getInfo at the start of the case. */
  info: AuthenticatorInfo = readInfo(new Map());
  /** Whether a PIN is set. */
  hasPin = false;
  /** Adds a token to requests that need one on every authenticator like this. */
  authorize: ((command: CommandName, parameters: CborMap) => Promise<CborMap>) | undefined;
  /** Statuses and values that the specification does not demand otherwise. */
  readonly observations: string[] = [];
  readonly exchanges: Exchange[] = [];
  readonly #target: TestTarget;
  /** Each describes one exchange, of CTAP messages or below. */
  readonly #messages: (() => Evidence[])[] = [];

  constructor({ target, random, caseId, variant, metadata = {} }: TestContextOptions) {
    this.#target = target;
    this.metadata = metadata;
    this.random = random;
    this.variant = variant;
    this.hasPin = target.hasPin ?? false;
    this.credentials = target.credentials;
    this.rpId = `${caseId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.example`;
    const { name, transport, capabilities } = target.device;
    this.device = {
      name,
      transport,
      capabilities,
      transact: async (message, options) => (await this.sendBytes(message, options)).answer,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  /** Sends a command; without `parameters` only its command byte. */
  async send(command: CommandName, parameters?: CborMap, options?: TransactOptions): Promise<Exchange> {
    const complete = parameters && this.authorize ? await this.authorize(command, parameters) : parameters;
    return this.sendBytes(encodeMessage(commands[command].code, complete), options);
  }

  async sendBytes(request: Uint8Array, { signal, onKeepalive, channel }: TransactOptions = {}): Promise<Exchange> {
    let waitedForUser = false;
    const startedAt = this.clock.monotonic();
    const answer = await this.#target.device.transact(request, {
      signal,
      channel,
      onKeepalive(state) {
        waitedForUser ||= state === 'upneeded';
        onKeepalive?.(state);
      },
    });
    const exchange = decodeExchange(request, answer, {
      waitedForUser,
      durationMs: this.clock.monotonic() - startedAt,
    });
    this.exchanges.push(exchange);
    this.recordMessage(() => toEvidence(exchange));
    return exchange;
  }

  /** Records an exchange as evidence; `toMessages` is called only if a report needs it. */
  recordMessage(toMessages: () => Evidence[]): void {
    this.#messages.push(toMessages);
  }

  /** Returns the last exchanges as evidence. */
  lastMessages(count: number): Evidence[] {
    return this.#messages.slice(-count).flatMap((toMessages) => toMessages());
  }

  /** Sends a U2F command APDU, and returns the response APDU. */
  async sendU2f(apdu: Uint8Array): Promise<Uint8Array> {
    const { transactU2f } = this.#target.device;
    if (!transactU2f) throw new SetUpFailed('The target cannot transfer U2F messages');
    const answer = await transactU2f.call(this.#target.device, apdu);
    this.recordMessage(() => [
      { name: 'request', text: `APDU ${toHex(apdu)}` },
      { name: 'answer', text: `APDU ${toHex(answer)}` },
    ]);
    return answer;
  }

  openHid(): Promise<HidInterface> {
    if (!this.#target.openHid) throw new SetUpFailed('The target gives no access to CTAPHID reports');
    return this.#target.openHid();
  }

  openCard(): Promise<CardInterface> {
    if (!this.#target.openCard) throw new SetUpFailed('The target gives no access to the APDUs of a card');
    return this.#target.openCard();
  }

  /** The behaviour of the user until the next call. */
  setUser(behaviour: UserBehaviour): void {
    this.#target.setUser(behaviour);
  }

  /** Sends a command while the user does not react, and cancels it when the authenticator waits for the user. */
  sendAndCancel(command: CommandName, parameters?: CborMap): Promise<Exchange> {
    return this.cancelWhenWaiting((options) => this.send(command, parameters, options));
  }

  /** Runs `send` with these options while the user does not react, and cancels when the authenticator waits for the user. */
  async cancelWhenWaiting(send: (options: TransactOptions) => Promise<Exchange>): Promise<Exchange> {
    this.#target.setUser('wait');
    const cancellation = new AbortController();
    const onKeepalive = () => cancellation.abort(new Error('The platform cancels'));
    try {
      return await send({ signal: cancellation.signal, onKeepalive });
    } finally {
      this.#target.setUser('touch');
    }
  }

  /** Sends a command while the user behaves in this way. */
  async sendWith(user: UserBehaviour, command: CommandName, parameters?: CborMap): Promise<Exchange> {
    this.#target.setUser(user);
    try {
      return await this.send(command, parameters);
    } finally {
      this.#target.setUser('touch');
    }
  }

  /** Asks for getInfo again. */
  async readInfo(): Promise<AuthenticatorInfo> {
    return readInfo((await this.send('authenticatorGetInfo')).members);
  }

  powerCycle(): Promise<void> {
    return this.#target.powerCycle();
  }

  /** Lets time pass for the authenticator. */
  wait(ms: number): Promise<void> {
    return this.#target.wait(ms);
  }

  observe(message: string): void {
    this.observations.push(message);
  }
}
