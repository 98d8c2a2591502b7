/**
 * Credential management, CTAP 2.1 section 6.8, platform side: how many credentials a key keeps, which of a relying party,
 * and taking one away.
 */
import { concat, utf8 } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import {
  type CredentialManagementSubCommand,
  credentialManagementParams,
  credentialManagementSubCommands,
} from '#protocol/management.ts';
import type { Ctap2 } from './ctap2.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, type PinUvAuthToken, pinUvAuthParameters } from './pin-protocol.ts';

type Command = 'authenticatorCredentialManagement' | 'authenticatorCredentialManagementPreview';

/** The command by which this key manages credentials; undefined when it does not. Keys of CTAP 2.1 preview have another code. */
function credentialManagementOf({ options }: Pick<AuthenticatorInfo, 'options'>): Command | undefined {
  const { credMgmt, credentialMgmtPreview } = options ?? {};
  if (credMgmt) return 'authenticatorCredentialManagement';
  return credentialMgmtPreview ? 'authenticatorCredentialManagementPreview' : undefined;
}

/** More than any key keeps for one relying party; a key that announces more is not believed. */
const mostCredentials = 1_000;

export class CredentialManagement {
  readonly #ctap: Ctap2;
  readonly #command: Command;
  readonly #token: PinUvAuthToken;

  private constructor(ctap: Ctap2, command: Command, token: PinUvAuthToken) {
    this.#ctap = ctap;
    this.#command = command;
    this.#token = token;
  }

  /**
   * With the key's PIN; undefined when the key does not manage credentials or has no PIN.
   * @throws {CtapError} CTAP2_ERR_PIN_INVALID for a wrong PIN, which costs one of its retries.
   */
  static async open(
    ctap: Ctap2,
    info: AuthenticatorInfo,
    pin: string,
    random: Random,
  ): Promise<CredentialManagement | undefined> {
    const command = credentialManagementOf(info);
    const protocol = choosePinUvAuthProtocol(info);
    if (!command || !protocol || !info.options?.clientPin) return undefined;
    const session = await PinUvAuthSession.open(ctap, protocol, random);
    const scope = info.options.pinUvAuthToken ? { permissions: ['cm'] as const } : undefined;
    return new CredentialManagement(ctap, command, await session.tokenUsingPin(pin, scope));
  }

  /** How many discoverable credentials the key keeps: getCredsMetadata, section 6.8.2. */
  async count(): Promise<number> {
    const { existingResidentCredentialsCount } = await this.#send('getCredsMetadata');
    return existingResidentCredentialsCount ?? 0;
  }

  /** Ids of the discoverable credentials of a relying party, section 6.8.4. */
  async credentialsOf(rpId: string): Promise<Uint8Array[]> {
    try {
      const params = credentialManagementParams.encode({ rpIDHash: sha256(utf8(rpId)) });
      const { credentialID, totalCredentials = 1 } = await this.#send('enumerateCredentialsBegin', params);
      const found = [credentialID];
      while (found.length < Math.min(totalCredentials, mostCredentials))
        found.push((await this.#unproven('enumerateCredentialsGetNextCredential')).credentialID);
      return found.flatMap((credential) => credential?.id ?? []);
    } catch (error) {
      if (error instanceof CtapError && error.status === 'CTAP2_ERR_NO_CREDENTIALS') return [];
      throw error;
    }
  }

  /** deleteCredential, section 6.8.5. @throws {CtapError} CTAP2_ERR_NO_CREDENTIALS when the key does not keep it. */
  async delete(credentialId: Uint8Array): Promise<void> {
    const credentialID = { id: credentialId, type: 'public-key' };
    await this.#send('deleteCredential', credentialManagementParams.encode({ credentialID }));
  }

  #send(name: CredentialManagementSubCommand, subCommandParams?: CborMap) {
    const subCommand = credentialManagementSubCommands[name];
    const message = concat(
      new Uint8Array([subCommand]),
      subCommandParams ? encode(subCommandParams) : new Uint8Array(),
    );
    const proof = pinUvAuthParameters(this.#token, message);
    return this.#ctap.send(this.#command, { subCommand, subCommandParams, ...proof });
  }

  #unproven(name: CredentialManagementSubCommand) {
    return this.#ctap.send(this.#command, { subCommand: credentialManagementSubCommands[name] });
  }
}
