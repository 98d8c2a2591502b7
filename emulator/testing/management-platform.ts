/** A CTAP platform for tests of the management commands: names subcommands and computes pinUvAuthParam for each command. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { permissions as allPermissions, type CommandResponse } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import {
  type AuthenticatorConfigSubCommand,
  authenticatorConfigSubCommands,
  type BioEnrollmentSubCommand,
  bioEnrollmentParams,
  bioEnrollmentSubCommands,
  type CredentialManagementSubCommand,
  credentialManagementParams,
  credentialManagementSubCommands,
  setMinPinLengthParams,
} from '#protocol/management.ts';
import { pinUvAuthProtocols } from '#protocol/pin-uv-auth.ts';
import { type AuthenticatorOptions, createAuthenticator } from '../index.ts';
import { TestPlatform } from './test-platform.ts';

export const pin = '4862';
type ParamsOf<M> = M extends { encode(value: infer T): unknown } ? T : never;

export class ManagementPlatform extends TestPlatform {
  /** Creates a platform with a new authenticator. */
  static of(options: Partial<AuthenticatorOptions> = {}): ManagementPlatform {
    return new ManagementPlatform(createAuthenticator({ persona: 'touchstone-complete', pin, ...options }));
  }

  /** Gets a token with these permissions. */
  async token(permissions: number, rpId?: string): Promise<Uint8Array> {
    const { status, token } = await this.pinToken(2, pin, { permissions, ...(rpId !== undefined && { rpId }) });
    if (!token) throw new Error(`Expected a token, got ${status}`);
    return token;
  }

  /** Returns the pinUvAuth parameters over `message`; none without a token. */
  pinUvAuthOver(token: Uint8Array | undefined, ...message: (Uint8Array | number[])[]) {
    if (!token) return {};
    const signed = concat(...message.map((part) => Uint8Array.from(part)));
    return { pinUvAuthProtocol: 2, pinUvAuthParam: pinUvAuthProtocols[2].authenticate(token, signed) };
  }

  credMgmt(
    name: CredentialManagementSubCommand,
    token?: Uint8Array,
    params?: ParamsOf<typeof credentialManagementParams>,
    command:
      | 'authenticatorCredentialManagement'
      | 'authenticatorCredentialManagementPreview' = 'authenticatorCredentialManagement',
  ) {
    const subCommand = credentialManagementSubCommands[name];
    const subCommandParams = params && credentialManagementParams.encode(params);
    const pinUvAuth = this.pinUvAuthOver(token, [subCommand], encodeOptional(subCommandParams));
    return this.send(command, { subCommand, subCommandParams, ...pinUvAuth });
  }

  bio(name: BioEnrollmentSubCommand, token?: Uint8Array, params?: ParamsOf<typeof bioEnrollmentParams>) {
    const subCommand = bioEnrollmentSubCommands[name];
    const subCommandParams = params && bioEnrollmentParams.encode(params);
    const pinUvAuth = this.pinUvAuthOver(token, [1, subCommand], encodeOptional(subCommandParams));
    return this.send('authenticatorBioEnrollment', { modality: 1, subCommand, subCommandParams, ...pinUvAuth });
  }

  async config(
    name: AuthenticatorConfigSubCommand,
    token?: Uint8Array,
    params?: ParamsOf<typeof setMinPinLengthParams>,
  ): Promise<string> {
    const subCommand = authenticatorConfigSubCommands[name];
    const subCommandParams = params && setMinPinLengthParams.encode(params);
    const pinUvAuth = this.pinUvAuthOver(
      token,
      Array(32).fill(0xff),
      [0x0d, subCommand],
      encodeOptional(subCommandParams),
    );
    return (await this.send('authenticatorConfig', { subCommand, subCommandParams, ...pinUvAuth })).status;
  }

  /** Sends authenticatorConfig with a new token. */
  async configure(name: AuthenticatorConfigSubCommand, params?: ParamsOf<typeof setMinPinLengthParams>) {
    return this.config(name, await this.token(allPermissions.acfg), params);
  }

  async writeBlob(fragment: Uint8Array, offset: number, length?: number, token?: Uint8Array): Promise<string> {
    const position = [offset & 0xff, (offset >> 8) & 0xff, 0, 0];
    const pinUvAuth = this.pinUvAuthOver(token, Array(32).fill(0xff), [0x0c, 0x00], position, sha256(fragment));
    return (await this.send('authenticatorLargeBlobs', { set: fragment, offset, length, ...pinUvAuth })).status;
  }

  readBlob(get: number, offset = 0) {
    return this.send('authenticatorLargeBlobs', { get, offset });
  }

  async info(): Promise<CommandResponse<'authenticatorGetInfo'>> {
    return (await this.send('authenticatorGetInfo')).response;
  }
}

const encodeOptional = (params: CborMap | undefined) => (params ? encode(params) : new Uint8Array(0));
