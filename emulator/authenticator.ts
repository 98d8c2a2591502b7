/**
 * The authenticator as a function of bytes: a CTAP message in, an answer out. Errors become status bytes only here.
 * Commands run one at a time; they are implemented in `commands/`.
 */
import { abortable } from '#base/async.ts';
import { encodeStatusResponse } from '#protocol/apdu.ts';
import { type CborValue, encodeMessage } from '#protocol/cbor.ts';
import { decode, inspect as inspectCbor } from '#protocol/cbor-reader.ts';
import { type CommandName, commandName } from '#protocol/commands.ts';
import { CtapError, ProtocolViolation, TransportError } from '#protocol/errors.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { commandRegistry } from './commands/registry.ts';
import { hasCommand } from './ctap-versions.ts';
import type { AuthenticatorEnv } from './env.ts';
import type { FaultHooks } from './fault-hooks.ts';
import { type Inspection, inspect } from './inspection.ts';
import { ManagedCredentials } from './managed-credentials.ts';
import { type AuthenticatorStateJson, exportState } from './persistence/state-document.ts';
import type { Persona } from './personas/persona.ts';
import { corruptAnswer, type Fault, type FaultEffect, FaultPlan, PowerLost } from './planned-faults.ts';
import { loseParts, restartVolatileState } from './power-cycle.ts';
import { type Channel, CommandSession, type Keepalive, type Session } from './session.ts';
import type { TransportFaults } from './transport-rules.ts';
import { answerU2f } from './u2f/u2f.ts';

/** Sender, cancellation and progress of a command. */
export interface ProcessOptions {
  /** Aborting cancels the command: it answers CTAP2_ERR_KEEPALIVE_CANCEL if it waits for the user. */
  signal?: AbortSignal | undefined;
  /** Called while the command is executed. */
  keepalive?: ((state: Keepalive) => void) | undefined;
  /** The channel of the message. A sequence of commands belongs to one channel. Default: one channel for all callers without a channel. */
  channel?: Channel | undefined;
}

/** Error codes of a disk, a quota or a file that has no space left. */
const noSpaceCodes: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** An authenticator without a transport. `createAuthenticator` creates it; `plugIn` and the socket servers connect it. */
export class Authenticator implements Disposable {
  readonly persona: Persona;
  /** Faults planned for commands to come. */
  readonly faults = new FaultPlan();
  /** The stored credentials, as the system that the authenticator is built into manages them. */
  readonly managedCredentials: ManagedCredentials;
  readonly #env: AuthenticatorEnv;
  /** The power-up during which a command runs: after a power cut the next command does not wait for the interrupted one. */
  #busy: AbortController | undefined;
  /** The channel of callers that pass none. */
  readonly #defaultChannel: Channel = {};
  /** For the defect that repeats an answer. */
  #previousAnswer: Uint8Array | undefined;

  /**
   * Answers one U2F command APDU (FIDO U2F Raw Message Formats) with data and status word; undefined for a persona without U2F.
   * Every input gets an answer. A missing touch ends the command after a short wait; the host repeats the command.
   */
  readonly processU2f: ((apdu: Uint8Array, options?: ProcessOptions) => Promise<Uint8Array>) | undefined;

  constructor(env: AuthenticatorEnv) {
    this.persona = env.persona;
    this.#env = env;
    this.managedCredentials = new ManagedCredentials(env);
    if (env.persona.versions.includes('U2F_V2')) this.processU2f = (apdu, options) => this.#answerU2f(apdu, options);
  }

  /** False for an authenticator with a defect that sends no keepalives. */
  get sendsKeepalives(): boolean {
    return this.#env.faultHooks.rules.sendKeepalives;
  }

  /** Changes the CTAPHID packets of responses, for an authenticator with such a defect. */
  get alterPackets(): FaultHooks['packets'] {
    return this.#env.faultHooks.packets;
  }

  /** What a defect changes in the transports. */
  get transportFaults(): TransportFaults {
    return this.#env.faultHooks;
  }

  /**
   * Executes one command. `message` is the command byte and its CBOR; the answer is a status byte and CBOR. Every input gets
   * an answer. A second command during the first one is answered with CTAP1_ERR_CHANNEL_BUSY.
   * @throws {TransportError} `disconnected` if the power is lost during the command; `timeout` if a fault suppresses the
   * answer and `signal` is aborted.
   */
  async process(message: Uint8Array, options: ProcessOptions = {}): Promise<Uint8Array> {
    const { signal } = options;
    const { power } = this.#env.state.volatile;
    if (this.#busy === power) return statusOnly('CTAP1_ERR_CHANNEL_BUSY');
    this.#busy = power;
    const fault = this.faults.take(commandName(message[0] ?? 0));
    try {
      const session = this.#createSession(options, power, fault);
      const answer = await this.#answer(message, session, fault);
      if (power.signal.aborted) throw power.signal.reason;
      const { answerDelayMs } = this.#env.faultHooks.rules;
      if (answerDelayMs > 0) await this.#env.clock.sleep(answerDelayMs, power.signal);
      if (answer === undefined) return await waitForHostTimeout(signal, power.signal);
      session.runAfterAnswer();
      this.#previousAnswer = answer;
      return answer;
    } finally {
      if (this.#busy === power) this.#busy = undefined;
    }
  }

  async #answerU2f(apdu: Uint8Array, options: ProcessOptions = {}): Promise<Uint8Array> {
    const { power } = this.#env.state.volatile;
    if (this.#busy === power) return encodeStatusResponse('SW_UNKNOWN');
    this.#busy = power;
    try {
      const session = this.#createSession(options, power);
      this.#env.state.volatile.assertions.end(session.channel);
      const answer = await answerU2f(apdu, session, this.#env);
      return this.#commitState() === 'durable' ? answer : encodeStatusResponse('SW_UNKNOWN');
    } finally {
      if (this.#busy === power) this.#busy = undefined;
    }
  }

  /** Turns the power off and on: ends a running command, resets the volatile state, and allows a reset for 10 seconds. */
  powerCycle(): void {
    this.#cutPower(false);
  }

  /** Returns what the owner of the device can see of the state, for tests and scenarios. */
  inspect(): Inspection {
    return inspect(this.#env);
  }

  /** Returns the persistent state, secrets included, as a JSON document for `AuthenticatorOptions.importedState`. */
  exportState(): AuthenticatorStateJson {
    return exportState(this.persona.id, this.#env.state.persistent);
  }

  /** Closes the store of the state, so that another process can use it. Commands that change the state fail from then on. */
  [Symbol.dispose](): void {
    this.#env.close();
  }

  #createSession(options: ProcessOptions, power: AbortController, fault?: Fault): CommandSession {
    const { signal, keepalive, channel = this.#defaultChannel } = options;
    return new CommandSession({
      channel,
      signal,
      power: power.signal,
      onKeepalive: this.#keepaliveOf(keepalive, fault),
    });
  }

  /** Returns the listener for keepalives: it informs the host, and applies a fault that waits for the n-th keepalive. */
  #keepaliveOf(notifyHost: ProcessOptions['keepalive'], fault?: Fault): ProcessOptions['keepalive'] {
    const notify = this.sendsKeepalives ? notifyHost : undefined;
    if (typeof fault?.when !== 'object') return notify;
    const { afterKeepalives } = fault.when;
    let sent = 0;
    return (state) => {
      notify?.(state);
      sent += 1;
      if (sent === afterKeepalives) this.#applyFault(fault.do);
    };
  }

  async #answer(message: Uint8Array, session: Session, fault: Fault | undefined): Promise<Uint8Array | undefined> {
    if (fault?.when === 'arrival') {
      this.#applyFault(fault.do);
      return corruptAnswer(statusOnly('CTAP1_ERR_OTHER'), fault.do);
    }
    const result = await this.#execute(message, session);
    const answer = this.#answerAfterCommit(commandName(message[0] ?? 0), result);
    if (session.power.aborted || answer === undefined) return undefined;
    const altered = this.#env.faultHooks.answer(answer, this.#previousAnswer);
    if (!fault || altered === undefined) return altered;
    this.#applyFault(fault.do);
    return corruptAnswer(altered, fault.do);
  }

  /**
   * Makes the state durable, and returns the answer to send: `result`, or an error if the state cannot be written. getInfo is answered
   * also while there is no space left, so that a platform can still ask what it has before it.
   */
  #answerAfterCommit(command: CommandName | undefined, result: Uint8Array | undefined): Uint8Array | undefined {
    const outcome = this.#commitState();
    if (outcome === 'durable') return result;
    if (outcome === 'full' && command === 'authenticatorGetInfo') return result;
    const isStoreFull = outcome === 'full' && command === 'authenticatorMakeCredential';
    return statusOnly(isStoreFull ? 'CTAP2_ERR_KEY_STORE_FULL' : 'CTAP1_ERR_OTHER');
  }

  /** Makes the state durable before the answer is sent. Returns `full` if there is no space left for it. */
  #commitState(): 'durable' | 'full' | 'failed' {
    try {
      this.#env.commit();
      return 'durable';
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      return noSpaceCodes.includes(code) ? 'full' : 'failed';
    }
  }

  #applyFault(effect: FaultEffect): void {
    if (effect === 'disconnect' || effect === 'power-cut') this.#cutPower(effect === 'disconnect');
  }

  #cutPower(staysDisconnected: boolean): void {
    const { state, clock, faultHooks } = this.#env;
    state.volatile.power.abort(new PowerLost(staysDisconnected));
    state.volatile = restartVolatileState(state.volatile, clock, faultHooks.rules);
    loseParts(state, faultHooks.rules);
  }

  async #execute(message: Uint8Array, session: Session): Promise<Uint8Array> {
    const { faultHooks } = this.#env;
    let name: CommandName | undefined;
    try {
      name = this.#decodeCommandName(message);
      this.#endOtherSequences(name, session.channel);
      const parameters = message.length > 1 ? this.#decodeParameters(message.subarray(1), name) : undefined;
      const result = await commandRegistry[name].execute(parameters, session, this.#env);
      return encodeMessage(ctapStatus.CTAP2_OK, result && faultHooks.response(result, name));
    } catch (error) {
      return statusOnly(faultHooks.status(statusOf(error), name));
    }
  }

  /** CTAP 2.1 section 6: any other command on the same channel ends a sequence of getNextAssertion or of credential management. */
  #endOtherSequences(name: CommandName, channel: Channel): void {
    if (!this.#env.faultHooks.rules.endSequenceWithOtherCommand) return;
    const { assertions, enumeration } = this.#env.state.volatile;
    if (name !== 'authenticatorGetNextAssertion') assertions.end(channel);
    if (!name.startsWith('authenticatorCredentialManagement')) enumeration.end(channel);
  }

  /** @throws {ProtocolViolation} if `bytes` are not exactly one canonical CBOR item. */
  #decodeParameters(bytes: Uint8Array, command: CommandName): CborValue | undefined {
    const { rules, request } = this.#env.faultHooks;
    const parameters = rules.enforceCanonicalRequests ? decode(bytes) : inspectCbor(bytes).value;
    return parameters instanceof Map ? request(parameters, command) : parameters;
  }

  /** @throws {CtapError} if the message is too long or empty, or the persona does not support the command. */
  #decodeCommandName(message: Uint8Array): CommandName {
    if (message.length > this.persona.maxMsgSize && this.#env.faultHooks.rules.enforceMaxMessageSize)
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

/** Sends no answer: rejects when the host aborts `signal` or the power is lost. */
async function waitForHostTimeout(signal: AbortSignal | undefined, power: AbortSignal): Promise<never> {
  const noAnswer = new Promise<never>(() => {});
  try {
    return await abortable(signal ? abortable(noAnswer, signal) : noAnswer, power);
  } catch (cause) {
    power.throwIfAborted();
    throw new TransportError('timeout', 'The authenticator does not answer', { cause });
  }
}
