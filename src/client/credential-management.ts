/**
 * authenticatorCredentialManagement (0x0A), CTAP 2.1 section 6.8, platform side: counts the discoverable credentials on a
 * key, lists those of a relying party, and deletes one.
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

/** Returns the command that this key supports, or undefined. Keys of the CTAP 2.1 preview use another command code. */
function chooseCommand({ options }: Pick<AuthenticatorInfo, 'options'>): Command | undefined {
  const { credMgmt, credentialMgmtPreview } = options ?? {};
  if (credMgmt) return 'authenticatorCredentialManagement';
  return credentialMgmtPreview ? 'authenticatorCredentialManagementPreview' : undefined;
}

/** More than any key stores for one relying party. Limits the loop when a key announces an impossible number. */
const maxCredentials = 1_000;

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
   * Gets a token with the key's PIN. Returns undefined when the key does not support the command or has no PIN.
   * @throws {CtapError} CTAP2_ERR_PIN_INVALID for a wrong PIN, which uses up one retry.
   */
  static async open(
    ctap: Ctap2,
    info: AuthenticatorInfo,
    pin: string,
    random: Random,
  ): Promise<CredentialManagement | undefined> {
    const command = chooseCommand(info);
    const protocol = choosePinUvAuthProtocol(info);
    if (!command || !protocol || !info.options?.clientPin) return undefined;
    const session = await PinUvAuthSession.open(ctap, protocol, random);
    const scope = info.options.pinUvAuthToken ? { permissions: ['cm'] as const } : undefined;
    return new CredentialManagement(ctap, command, await session.tokenUsingPin(pin, scope));
  }

  /** Returns the number of discoverable credentials on the key: getCredsMetadata, section 6.8.2. */
  async count(): Promise<number> {
    const { existingResidentCredentialsCount } = await this.#send('getCredsMetadata');
    return existingResidentCredentialsCount ?? 0;
  }

  /** Returns the ids of the discoverable credentials of a relying party: enumerateCredentials, section 6.8.4. */
  async listCredentialIds(rpId: string): Promise<Uint8Array[]> {
    try {
      const params = credentialManagementParams.encode({ rpIDHash: sha256(utf8(rpId)) });
      const { credentialID, totalCredentials = 1 } = await this.#send('enumerateCredentialsBegin', params);
      const found = [credentialID];
      while (found.length < Math.min(totalCredentials, maxCredentials))
        found.push((await this.#sendWithoutToken('enumerateCredentialsGetNextCredential')).credentialID);
      return found.flatMap((credential) => credential?.id ?? []);
    } catch (error) {
      if (error instanceof CtapError && error.status === 'CTAP2_ERR_NO_CREDENTIALS') return [];
      throw error;
    }
  }

  /**
   * deleteCredential, section 6.8.5.
   * @throws {CtapError} CTAP2_ERR_NO_CREDENTIALS when the credential is not on the key.
   */
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
    const authParameters = pinUvAuthParameters(this.#token, message);
    return this.#ctap.send(this.#command, { subCommand, subCommandParams, ...authParameters });
  }

  /** enumerateCredentialsGetNextCredential takes no token. */
  #sendWithoutToken(name: CredentialManagementSubCommand) {
    return this.#ctap.send(this.#command, { subCommand: credentialManagementSubCommands[name] });
  }
}
