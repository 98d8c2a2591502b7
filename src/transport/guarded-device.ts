/**
 * A decorator that protects a real security key: it reads every CTAP message before it is sent, and refuses messages that
 * would destroy data on the key unless the policy allows them. `command-effects.ts` decides which messages are destructive.
 * Code that gets the guarded device cannot reach the device behind it.
 */

import { SerialQueue } from '#base/async.ts';
import { equal } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type CborValue, encodeMessage } from '#protocol/cbor.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { clientPinSubCommands, commandName, commands } from '#protocol/commands.ts';
import { credentialManagementSubCommands } from '#protocol/management.ts';
import { ctapStatus } from '#protocol/status.ts';
import { u2fInstructions } from '#protocol/u2f.ts';
import { type CommandEffect, type CommandParameters, decodeParameters, effectOf } from './command-effects.ts';
import type { CtapDevice, Transact } from './device.ts';

export interface GuardPolicy {
  /** The user has named this key in the command and allows that its data is destroyed. */
  destroyCredentials: boolean;
  /** No PIN is tried if the key has this number of PIN retries left, or fewer. */
  pinRetriesFloor: number;
  /** PINs are tried until the key blocks them; it is reset afterwards. Only with `destroyCredentials`. */
  mayBlockPin?: boolean;
}

/** The default of `pinRetriesFloor`. Most keys start with 8 retries. */
export const defaultPinRetriesFloor = 3;

/** A credential that was created through the guard. */
interface CreatedCredential {
  credentialId: Uint8Array;
  rpId: string;
  discoverable: boolean;
}

export interface GuardedDevice extends CtapDevice {
  /** The messages of all refusals so far. */
  readonly refusals: readonly string[];
  /** Credentials created through the guard, in order of creation, without those deleted again. */
  readonly createdCredentials: readonly CreatedCredential[];
}

/**
 * Returns `device` with a guard. `transact` rejects with a {@link UsageError} for a message that the policy does not allow.
 * Disposing the result disposes `device`. `previous` is the guard of the same key before it was plugged in again: its
 * created credentials and its wrong PIN still count.
 */
export const guard = (device: CtapDevice, policy: GuardPolicy, previous?: GuardedDevice): GuardedDevice =>
  new Guard(device, policy, previous);

class Guard implements GuardedDevice {
  readonly refusals: string[] = [];
  readonly #device: CtapDevice;
  readonly #policy: GuardPolicy;
  /** PIN attempts run one at a time; two at once could both pass the check of the retries. */
  readonly #pinQueue = new SerialQueue();
  #createdCredentials: CreatedCredential[] = [];
  /** A PIN was wrong. Without permission, no second PIN is tried. */
  #pinWasWrong = false;

  constructor(device: CtapDevice, policy: GuardPolicy, previous: GuardedDevice | undefined) {
    this.#device = device;
    this.#policy = policy;
    if (!(previous instanceof Guard)) return;
    this.#createdCredentials = [...previous.#createdCredentials];
    this.#pinWasWrong = previous.#pinWasWrong;
  }

  get name() {
    return this.#device.name;
  }

  get transport() {
    return this.#device.transport;
  }

  get remote() {
    return this.#device.remote;
  }

  get capabilities() {
    return this.#device.capabilities;
  }

  get createdCredentials(): readonly CreatedCredential[] {
    return this.#createdCredentials;
  }

  async transact(...[message, options]: Parameters<CtapDevice['transact']>): Promise<Uint8Array> {
    const effect = this.#effectOf(message);
    if (effect === 'pin-attempt') return await this.#pinQueue.run(() => this.#tryPin(message, options));
    if (effect !== 'harmless' && !this.#policy.destroyCredentials)
      throw this.#refuse(`${effect.destroys}, which is not allowed for this key`);
    const answer = await this.#device.transact(message, options);
    if (answer[0] === ctapStatus.CTAP2_OK) this.#trackCredentials(message, answer);
    return answer;
  }

  /** U2F stores nothing on a key and has no reset, but the effect of vendor commands is unknown. */
  get transactU2f(): Transact | undefined {
    const transactU2f = this.#device.transactU2f?.bind(this.#device);
    return (
      transactU2f &&
      (async (apdu, options) => {
        if (!isStandardU2f(apdu) && !this.#policy.destroyCredentials)
          throw this.#refuse('the effect of this U2F command is unknown, which is not allowed for this key');
        return await transactU2f(apdu, options);
      })
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#device[Symbol.asyncDispose]();
  }

  /** A credential that was created through the guard may be deleted. */
  #effectOf(message: Uint8Array): CommandEffect {
    return isCredentialManagement(message) && this.#deletesCreatedCredential(decodeParameters(message))
      ? 'harmless'
      : effectOf(message);
  }

  #deletesCreatedCredential(parameters: CommandParameters | undefined): boolean {
    if (parameters?.get(0x01) !== credentialManagementSubCommands.deleteCredential) return false;
    const id = readCredentialId(parameters);
    return id !== undefined && this.#createdCredentials.some(({ credentialId }) => equal(credentialId, id));
  }

  async #tryPin(...[message, options]: Parameters<CtapDevice['transact']>): Promise<Uint8Array> {
    if (this.#pinWasWrong && !this.#policy.destroyCredentials)
      throw this.#refuse('a PIN was wrong before, and another attempt could use up another PIN retry');
    const { pinRetriesFloor, mayBlockPin, destroyCredentials } = this.#policy;
    if (mayBlockPin && destroyCredentials) return await this.#device.transact(message, options);
    const retries = await this.#readPinRetries(message);
    if (retries === undefined || retries <= pinRetriesFloor)
      throw this.#refuse(
        `the key has ${retries ?? 'an unknown number of'} PIN retries left; no PIN is tried at ${pinRetriesFloor} or fewer`,
      );
    const answer = await this.#device.transact(message, options);
    this.#pinWasWrong ||= answer[0] !== ctapStatus.CTAP2_OK;
    return answer;
  }

  /** Sends getPINRetries, CTAP 2.1 section 6.5.5.2, with the PIN/UV auth protocol of the attempt. */
  async #readPinRetries(attempt: Uint8Array): Promise<number | undefined> {
    const { code } = commands.authenticatorClientPIN;
    const request = new Map<number, CborValue>([[0x02, clientPinSubCommands.getPINRetries]]);
    const protocol = decodeParameters(attempt)?.get(0x01);
    if (protocol !== undefined) request.set(0x01, protocol);
    const answer = await this.#device.transact(encodeMessage(code, request));
    const { value } = inspect(answer.subarray(1));
    const retries = value instanceof Map ? value.get(0x03) : undefined;
    return answer[0] === ctapStatus.CTAP2_OK && typeof retries === 'number' ? retries : undefined;
  }

  #trackCredentials(message: Uint8Array, answer: Uint8Array): void {
    const { value: request } = inspect(message.subarray(1));
    if (!(request instanceof Map)) return;
    if (message[0] === commands.authenticatorMakeCredential.code) {
      const created = readCreatedCredential(request, answer);
      if (created) this.#createdCredentials.push(created);
    }
    const deletedId = isCredentialManagement(message) ? readCredentialId(request) : undefined;
    if (deletedId)
      this.#createdCredentials = this.#createdCredentials.filter(({ credentialId }) => !equal(credentialId, deletedId));
  }

  #refuse(why: string): UsageError {
    const message = `Refused to send a message to ${this.name}: ${why}`;
    this.refusals.push(message);
    return new UsageError(message);
  }
}

const isStandardU2f = ([, instruction]: Uint8Array): boolean =>
  Object.values<number | undefined>(u2fInstructions).includes(instruction);

const isCredentialManagement = ([code = 0]: Uint8Array): boolean =>
  commandName(code)?.startsWith('authenticatorCredentialManagement') === true;

/** Returns the credential id in subCommandParams, CTAP 2.1 section 6.8.5. */
function readCredentialId(parameters: CommandParameters): Uint8Array | undefined {
  const params = parameters.get(0x02);
  const descriptor = params instanceof Map ? params.get(0x02) : undefined;
  const id = descriptor instanceof Map ? descriptor.get('id') : undefined;
  return id instanceof Uint8Array ? id : undefined;
}

/** Returns the credential in a makeCredential answer; undefined if the answer is malformed, which the client reports. */
function readCreatedCredential(request: CommandParameters, answer: Uint8Array): CreatedCredential | undefined {
  try {
    const { value } = inspect(answer.subarray(1));
    const authData = value instanceof Map ? value.get(0x02) : undefined;
    const { attestedCredentialData } = parseAuthenticatorData(authData as Uint8Array);
    if (!attestedCredentialData) return undefined;
    const rp = request.get(0x02);
    const options = request.get(0x07);
    return {
      credentialId: attestedCredentialData.credentialId,
      rpId: String(rp instanceof Map ? rp.get('id') : ''),
      discoverable: options instanceof Map && options.get('rk') === true,
    };
  } catch {
    return undefined;
  }
}
