/**
 * Decorator around a device that belongs to somebody: reads every CTAP message on its way out and refuses, before a byte is
 * sent, what would destroy something on it. Nothing slips around, since whoever has the guarded device has no other way in.
 *
 * What is not known to be harmless is refused: a command of a vendor, a sub-command that cannot be read.
 */

import { toHex } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type CborValue, encodeMessage } from '#protocol/cbor.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { type CommandName, clientPinSubCommands, commandName, commands } from '#protocol/commands.ts';
import { bioEnrollmentSubCommands, credentialManagementSubCommands } from '#protocol/management.ts';
import { ctapStatus } from '#protocol/status.ts';
import type { CtapDevice } from './device.ts';

export interface Permit {
  /** Its owner has named this very key: what is on it may be destroyed. */
  destroyCredentials: boolean;
  /** No PIN is tried while the key has so many retries left, or fewer. */
  pinRetriesFloor: number;
}

/** Where the retries stop falling unless somebody says otherwise; most keys start at 8. */
export const defaultPinRetriesFloor = 3;

/** A credential that was made through the guard. */
interface MadeCredential {
  credentialId: Uint8Array;
  rpId: string;
  discoverable: boolean;
}

export interface GuardedDevice extends CtapDevice {
  /** What was refused so far, as it was said. */
  readonly refusals: readonly string[];
  /** In the order they were made; without those that were deleted again. */
  readonly made: readonly MadeCredential[];
}

/**
 * `device`, guarded. `transact` rejects with a {@link UsageError} for what is not permitted. Disposing it disposes the device.
 * `before` guarded the same key until it was plugged in again: what was made and what was wrong through it still counts.
 */
export const guard = (device: CtapDevice, permit: Permit, before?: GuardedDevice): GuardedDevice =>
  new Guard(device, permit, before);

/** What a message would do: nothing that lasts, try a PIN, or something that `destroys`. */
type Effect = 'harmless' | 'pin-attempt' | { destroys: string };

class Guard implements GuardedDevice {
  readonly refusals: string[] = [];
  readonly #device: CtapDevice;
  readonly #permit: Permit;
  #made: MadeCredential[] = [];
  /** A PIN was wrong: without permission there is no second try. */
  #pinWasWrong = false;
  /** One PIN at a time, or two could pass the floor together. */
  #pinTurn: Promise<unknown> = Promise.resolve();

  constructor(device: CtapDevice, permit: Permit, before: GuardedDevice | undefined) {
    this.#device = device;
    this.#permit = permit;
    if (!(before instanceof Guard)) return;
    this.#made = [...before.#made];
    this.#pinWasWrong = before.#pinWasWrong;
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

  get made(): readonly MadeCredential[] {
    return this.#made;
  }

  async transact(...[message, options]: Parameters<CtapDevice['transact']>): Promise<Uint8Array> {
    const effect = this.#effectOf(message);
    if (effect === 'pin-attempt') return await this.#tryPin(message, options);
    if (effect !== 'harmless' && !this.#permit.destroyCredentials)
      throw this.#refuse(`${effect.destroys}, and its owner has not allowed that`);
    const answer = await this.#device.transact(message, options);
    if (answer[0] === ctapStatus.CTAP2_OK) this.#learn(message, answer);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#device[Symbol.asyncDispose]();
  }

  #effectOf(message: Uint8Array): Effect {
    const name = commandName(message[0] ?? 0);
    const { value, findings } = inspect(message.subarray(1));
    const parameters = value instanceof Map && findings.length === 0 ? value : undefined;
    const effect = name ? effects[name](parameters) : { destroys: 'nobody knows what this command does' };
    return name?.startsWith('authenticatorCredentialManagement') && this.#deletesOwn(parameters) ? 'harmless' : effect;
  }

  /** Whoever made a credential may take it away. */
  #deletesOwn(parameters: ReadonlyMap<unknown, CborValue> | undefined): boolean {
    if (parameters?.get(0x01) !== credentialManagementSubCommands.deleteCredential) return false;
    const id = credentialIdOf(parameters);
    return id !== undefined && this.#made.some(({ credentialId }) => toHex(credentialId) === toHex(id));
  }

  #tryPin(...[message, options]: Parameters<CtapDevice['transact']>): Promise<Uint8Array> {
    const turn = this.#pinTurn.then(async () => {
      if (this.#pinWasWrong && !this.#permit.destroyCredentials)
        throw this.#refuse('the PIN was wrong once, and another try could cost another one of its retries');
      const { pinRetriesFloor } = this.#permit;
      const retries = await this.#pinRetries(message);
      if (retries === undefined || retries <= pinRetriesFloor)
        throw this.#refuse(
          `the key has ${retries ?? 'an unknown number of'} PIN retries left; no PIN is tried at ${pinRetriesFloor} or fewer`,
        );
      const answer = await this.#device.transact(message, options);
      this.#pinWasWrong ||= answer[0] !== ctapStatus.CTAP2_OK;
      return answer;
    });
    this.#pinTurn = turn.catch(() => undefined);
    return turn;
  }

  /** getPINRetries, CTAP 2.1 section 6.5.5.2, with the protocol of the attempt. */
  async #pinRetries(attempt: Uint8Array): Promise<number | undefined> {
    const { code } = commands.authenticatorClientPIN;
    const parameters = inspect(attempt.subarray(1)).value as ReadonlyMap<number, CborValue>;
    const question = new Map<number, CborValue>([[0x02, clientPinSubCommands.getPINRetries]]);
    const protocol = parameters.get(0x01);
    if (protocol !== undefined) question.set(0x01, protocol);
    const answer = await this.#device.transact(encodeMessage(code, question));
    const { value } = inspect(answer.subarray(1));
    const retries = value instanceof Map ? value.get(0x03) : undefined;
    return answer[0] === ctapStatus.CTAP2_OK && typeof retries === 'number' ? retries : undefined;
  }

  #learn(message: Uint8Array, answer: Uint8Array): void {
    const { value: request } = inspect(message.subarray(1));
    if (!(request instanceof Map)) return;
    if (message[0] === commands.authenticatorMakeCredential.code) this.#made.push(...madeBy(request, answer));
    const deleted = credentialIdOf(request);
    if (deleted && commandName(message[0]!)?.startsWith('authenticatorCredentialManagement'))
      this.#made = this.#made.filter(({ credentialId }) => toHex(credentialId) !== toHex(deleted));
  }

  #refuse(why: string): UsageError {
    const message = `refused to send that to ${this.name}: ${why}`;
    this.refusals.push(message);
    return new UsageError(message);
  }
}

const harmless = (): Effect => 'harmless';
type CommandParameters = ReadonlyMap<unknown, CborValue> | undefined;

/** A command whose sub-command, in parameter `key`, decides: those listed are harmless, what the others do is said. */
const bySubCommand =
  (key: number, known: readonly number[], others: string) =>
  (parameters: CommandParameters): Effect =>
    known.includes(parameters?.get(key) as number) ? 'harmless' : { destroys: others };

const { getPINRetries, getKeyAgreement, getUVRetries, getPinUvAuthTokenUsingUvWithPermissions } = clientPinSubCommands;
const pinAttempts: readonly unknown[] = [
  clientPinSubCommands.getPinToken,
  clientPinSubCommands.getPinUvAuthTokenUsingPinWithPermissions,
];
const { getCredsMetadata, enumerateRPsBegin, enumerateRPsGetNextRP } = credentialManagementSubCommands;
const { enumerateCredentialsBegin, enumerateCredentialsGetNextCredential } = credentialManagementSubCommands;
const { enumerateEnrollments, getFingerprintSensorInfo, cancelCurrentEnrollment } = bioEnrollmentSubCommands;

const credentialManagement = bySubCommand(
  0x01,
  [
    getCredsMetadata,
    enumerateRPsBegin,
    enumerateRPsGetNextRP,
    enumerateCredentialsBegin,
    enumerateCredentialsGetNextCredential,
  ],
  'it would delete or change a credential',
);
const bioEnrollment = (parameters: CommandParameters): Effect =>
  parameters?.get(0x06) === true && !parameters.has(0x02)
    ? 'harmless'
    : bySubCommand(
        0x02,
        [enumerateEnrollments, getFingerprintSensorInfo, cancelCurrentEnrollment],
        'it would change the fingerprints',
      )(parameters);

/** What each command may do to the key. */
const effects: Record<CommandName, (parameters: CommandParameters) => Effect> = {
  authenticatorMakeCredential: harmless,
  authenticatorGetAssertion: harmless,
  authenticatorGetNextAssertion: harmless,
  authenticatorGetInfo: harmless,
  authenticatorSelection: harmless,
  authenticatorClientPIN: (parameters) =>
    pinAttempts.includes(parameters?.get(0x02))
      ? 'pin-attempt'
      : bySubCommand(
          0x02,
          [getPINRetries, getKeyAgreement, getUVRetries, getPinUvAuthTokenUsingUvWithPermissions],
          'it would set or change the PIN',
        )(parameters),
  authenticatorReset: () => ({ destroys: 'a reset destroys every credential' }),
  authenticatorBioEnrollment: bioEnrollment,
  authenticatorBioEnrollmentPreview: bioEnrollment,
  authenticatorCredentialManagement: credentialManagement,
  authenticatorCredentialManagementPreview: credentialManagement,
  authenticatorLargeBlobs: (parameters) =>
    parameters?.has(0x01) && !parameters.has(0x02) ? 'harmless' : { destroys: 'it would overwrite the large blobs' },
  authenticatorConfig: () => ({ destroys: 'it would change the configuration for good' }),
};

/** The credential that subCommandParams name, CTAP 2.1 section 6.8.5. */
function credentialIdOf(parameters: ReadonlyMap<unknown, CborValue>): Uint8Array | undefined {
  const params = parameters.get(0x02);
  const descriptor = params instanceof Map ? params.get(0x02) : undefined;
  const id = descriptor instanceof Map ? descriptor.get('id') : undefined;
  return id instanceof Uint8Array ? id : undefined;
}

/** The credential of an answer to makeCredential; none when the answer is broken, which is not for the guard to judge. */
function madeBy(request: ReadonlyMap<unknown, CborValue>, answer: Uint8Array): MadeCredential[] {
  try {
    const { value } = inspect(answer.subarray(1));
    const authData = value instanceof Map ? value.get(0x02) : undefined;
    const { attestedCredentialData } = parseAuthenticatorData(authData as Uint8Array);
    const rp = request.get(0x02);
    const options = request.get(0x07);
    return attestedCredentialData
      ? [
          {
            credentialId: attestedCredentialData.credentialId,
            rpId: String(rp instanceof Map ? rp.get('id') : ''),
            discoverable: options instanceof Map && options.get('rk') === true,
          },
        ]
      : [];
  } catch {
    return [];
  }
}
