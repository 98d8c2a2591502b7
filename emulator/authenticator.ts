/**
 * The authenticator as bytes: a CTAP message in, an answer out. The only place that turns errors into status bytes.
 * Commands run one at a time; what they do is in `commands/`.
 */
import { responseApdu } from '#protocol/apdu.ts';
import { type CborValue, encodeMessage } from '#protocol/cbor.ts';
import { decode, inspect as inspectCbor } from '#protocol/cbor-reader.ts';
import { type CommandName, commandName } from '#protocol/commands.ts';
import { CtapError, ProtocolViolation, TransportError } from '#protocol/errors.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { commandRegistry } from './commands/registry.ts';
import type { AuthenticatorEnv } from './env.ts';
import { type Fault, type FaultEffect, FaultPlan, PowerLost, spoil } from './faults.ts';
import { type Inspection, inspect } from './inspection.ts';
import { type AuthenticatorStateJson, snapshot } from './persistence/snapshot.ts';
import type { Persona } from './personas/persona.ts';
import { CommandSession, type Keepalive, type Session } from './session.ts';
import { freshVolatileState } from './state.ts';
import { answerU2f } from './u2f/u2f.ts';
import { hasCommand } from './versions.ts';

/** How a command is cancelled, and who hears that it is still at work. */
export interface ProcessOptions {
  /** Aborting cancels the command: it answers CTAP2_ERR_KEEPALIVE_CANCEL when it waits for the user. */
  signal?: AbortSignal | undefined;
  keepalive?: ((state: Keepalive) => void) | undefined;
}

/** An authenticator without a cable: `createAuthenticator` makes one, `plugIn` and the sockets carry it. */
export class Authenticator implements Disposable {
  readonly persona: Persona;
  /** Accidents to come. */
  readonly faults = new FaultPlan();
  readonly #env: AuthenticatorEnv;
  /** The power-up in which a command runs: after a power cut the next one need not wait for the end of the old. */
  #busy: AbortController | undefined;
  /** For a defect that repeats itself. */
  #previousAnswer: Uint8Array | undefined;

  /**
   * Answers one U2F command APDU (FIDO U2F Raw Message Formats) with data and status word; undefined for a persona without U2F.
   * Any input is answered. It waits for a touch only briefly: the host asks again.
   */
  readonly processU2f: ((apdu: Uint8Array, options?: ProcessOptions) => Promise<Uint8Array>) | undefined;

  constructor(env: AuthenticatorEnv) {
    this.persona = env.persona;
    this.#env = env;
    if (env.persona.versions.includes('U2F_V2')) this.processU2f = (apdu, options) => this.#answerU2f(apdu, options);
  }

  /** False for one that lets the host wait in silence. */
  get sendsKeepalives(): boolean {
    return this.#env.misbehaviour.rules.keepalivesAreSent;
  }

  /**
   * Carries out one command. `message` is the command byte and its CBOR; the answer is a status byte and CBOR. Any input
   * is answered. A second command while one runs is answered with CTAP1_ERR_CHANNEL_BUSY.
   * @throws {TransportError} `disconnected` when the power goes meanwhile; `timeout` when it keeps silent on purpose and
   * `signal` aborts.
   */
  async process(message: Uint8Array, { signal, keepalive }: ProcessOptions = {}): Promise<Uint8Array> {
    const { power } = this.#env.state.volatile;
    if (this.#busy === power) return statusOnly('CTAP1_ERR_CHANNEL_BUSY');
    this.#busy = power;
    const fault = this.faults.take(commandName(message[0] ?? 0));
    try {
      const session = new CommandSession(power.signal, signal, this.#keepaliveOf(keepalive, fault));
      const answer = await this.#answer(message, session, fault);
      if (power.signal.aborted) throw power.signal.reason;
      const { answerDelayMs } = this.#env.misbehaviour.rules;
      if (answerDelayMs > 0) await this.#env.clock.sleep(answerDelayMs, power.signal);
      if (answer === undefined) return await silence(signal, power.signal);
      session.answered();
      this.#previousAnswer = answer;
      return answer;
    } finally {
      if (this.#busy === power) this.#busy = undefined;
    }
  }

  async #answerU2f(apdu: Uint8Array, { signal, keepalive }: ProcessOptions = {}): Promise<Uint8Array> {
    const { power } = this.#env.state.volatile;
    if (this.#busy === power) return responseApdu('SW_UNKNOWN');
    this.#busy = power;
    try {
      const session = new CommandSession(power.signal, signal, this.#keepaliveOf(keepalive));
      this.#env.state.volatile.assertions = undefined;
      const answer = await answerU2f(apdu, session, this.#env);
      return this.#keep() ? answer : responseApdu('SW_UNKNOWN');
    } finally {
      if (this.#busy === power) this.#busy = undefined;
    }
  }

  /** The power goes and comes back: a running command ends, volatile state is lost, a reset is possible again for 10 seconds. */
  powerCycle(): void {
    this.#cut(false);
  }

  /** What an owner of the device could see, for tests and scenarios. */
  inspect(): Inspection {
    return inspect(this.#env);
  }

  /** Everything that outlives the power, secrets included, as a JSON document (`AuthenticatorOptions.importedState` reads it). */
  exportState(): AuthenticatorStateJson {
    return snapshot(this.persona.id, this.#env.state.persistent);
  }

  /** Lets go of the state's store, so that another process may use it. A command that would change the state fails from then on. */
  [Symbol.dispose](): void {
    this.#env.close();
  }

  /** Who hears of a keepalive: the host, and an accident that waits for the n-th. */
  #keepaliveOf(tellHost: ProcessOptions['keepalive'], fault?: Fault): ProcessOptions['keepalive'] {
    const tell = this.sendsKeepalives ? tellHost : undefined;
    if (typeof fault?.when !== 'object') return tell;
    const { afterKeepalives } = fault.when;
    let sent = 0;
    return (state) => {
      tell?.(state);
      sent += 1;
      if (sent === afterKeepalives) this.#strike(fault.do);
    };
  }

  async #answer(message: Uint8Array, session: Session, fault: Fault | undefined): Promise<Uint8Array | undefined> {
    if (fault?.when === 'arrival') {
      this.#strike(fault.do);
      return spoil(statusOnly('CTAP1_ERR_OTHER'), fault.do);
    }
    const made = await this.#execute(message, session);
    const answer = this.#keep() ? made : statusOnly('CTAP1_ERR_OTHER');
    if (session.power.aborted || answer === undefined) return undefined;
    const altered = this.#env.misbehaviour.answer(answer, this.#previousAnswer);
    if (!fault || altered === undefined) return altered;
    this.#strike(fault.do);
    return spoil(altered, fault.do);
  }

  /** What an answer says must be durable before it goes out. False when the state could not be written. */
  #keep(): boolean {
    try {
      this.#env.commit();
      return true;
    } catch {
      return false;
    }
  }

  #strike(effect: FaultEffect): void {
    if (effect === 'disconnect' || effect === 'power-cut') this.#cut(effect === 'disconnect');
  }

  #cut(staysAway: boolean): void {
    const { state, clock } = this.#env;
    state.volatile.power.abort(new PowerLost(staysAway));
    state.volatile = freshVolatileState(clock);
  }

  async #execute(message: Uint8Array, session: Session): Promise<Uint8Array> {
    const { misbehaviour } = this.#env;
    let name: CommandName | undefined;
    try {
      name = this.#commandOf(message);
      this.#forgetOthers(name);
      const parameters = message.length > 1 ? this.#understand(message.subarray(1), name) : undefined;
      const result = await commandRegistry[name].execute(parameters, session, this.#env);
      return encodeMessage(ctapStatus.CTAP2_OK, result && misbehaviour.response(result, name));
    } catch (error) {
      return statusOnly(misbehaviour.status(statusOf(error), name));
    }
  }

  /** CTAP 2.1 section 6: what a stateful command remembers is for the command that goes on with it. */
  #forgetOthers(name: CommandName): void {
    const { volatile } = this.#env.state;
    if (name !== 'authenticatorGetNextAssertion') volatile.assertions = undefined;
    if (!name.startsWith('authenticatorCredentialManagement')) volatile.enumeration = undefined;
  }

  /** The parameters of a command. @throws {ProtocolViolation} when they are not one canonical CBOR item. */
  #understand(bytes: Uint8Array, command: CommandName): CborValue | undefined {
    const { rules, request } = this.#env.misbehaviour;
    const parameters = rules.requestsAreCanonical ? decode(bytes) : inspectCbor(bytes).value;
    return parameters instanceof Map ? request(parameters, command) : parameters;
  }

  #commandOf(message: Uint8Array): CommandName {
    if (message.length > this.persona.maxMsgSize && this.#env.misbehaviour.rules.messageSizeMatters)
      throw new CtapError('CTAP2_ERR_REQUEST_TOO_LARGE');
    const name = message[0] === undefined ? undefined : commandName(message[0]);
    if (message.length === 0) throw new CtapError('CTAP1_ERR_INVALID_LENGTH', 'the message is empty');
    if (!name || !hasCommand(this.persona, name)) throw new CtapError('CTAP1_ERR_INVALID_COMMAND', `${message[0]}`);
    return name;
  }
}

const statusOnly = (status: CtapStatusName) => new Uint8Array([ctapStatus[status]]);

function statusOf(error: unknown): CtapStatusName {
  if (error instanceof CtapError) return error.status;
  if (error instanceof ProtocolViolation) return 'CTAP2_ERR_INVALID_CBOR';
  return 'CTAP1_ERR_OTHER';
}

/** Nothing comes until the host gives up or the power goes. */
function silence(signal: AbortSignal | undefined, power: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const giveUp = () => reject(new TransportError('timeout', 'the authenticator does not answer'));
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true, signal: power });
    power.addEventListener('abort', () => reject(power.reason), { once: true });
  });
}
