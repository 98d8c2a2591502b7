/** The platform's side of the managing commands in tests: what a token signs for each, and requests by the names of the tables. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { type CommandResponse, permissions } from '#protocol/commands.ts';
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

export class TestManager extends TestPlatform {
  static of(options: Partial<AuthenticatorOptions> = {}): TestManager {
    return new TestManager(createAuthenticator({ persona: 'touchstone-complete', pin, ...options }));
  }

  /** A token with these permissions. */
  async token(wanted: number, rpId?: string): Promise<Uint8Array> {
    const { status, token } = await this.pinToken(2, pin, { permissions: wanted, ...(rpId !== undefined && { rpId }) });
    if (!token) throw new Error(`no token: ${status}`);
    return token;
  }

  prove(token: Uint8Array | undefined, ...message: (Uint8Array | number[])[]) {
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
    const proof = this.prove(token, [subCommand], encoded(subCommandParams));
    return this.send(command, { subCommand, subCommandParams, ...proof });
  }

  bio(name: BioEnrollmentSubCommand, token?: Uint8Array, params?: ParamsOf<typeof bioEnrollmentParams>) {
    const subCommand = bioEnrollmentSubCommands[name];
    const subCommandParams = params && bioEnrollmentParams.encode(params);
    const proof = this.prove(token, [1, subCommand], encoded(subCommandParams));
    return this.send('authenticatorBioEnrollment', { modality: 1, subCommand, subCommandParams, ...proof });
  }

  async config(
    name: AuthenticatorConfigSubCommand,
    token?: Uint8Array,
    params?: ParamsOf<typeof setMinPinLengthParams>,
  ): Promise<string> {
    const subCommand = authenticatorConfigSubCommands[name];
    const subCommandParams = params && setMinPinLengthParams.encode(params);
    const proof = this.prove(token, Array(32).fill(0xff), [0x0d, subCommand], encoded(subCommandParams));
    return (await this.send('authenticatorConfig', { subCommand, subCommandParams, ...proof })).status;
  }

  /** Configures with a fresh token. */
  async configure(name: AuthenticatorConfigSubCommand, params?: ParamsOf<typeof setMinPinLengthParams>) {
    return this.config(name, await this.token(permissions.acfg), params);
  }

  async writeBlob(fragment: Uint8Array, offset: number, length?: number, token?: Uint8Array): Promise<string> {
    const position = [offset & 0xff, (offset >> 8) & 0xff, 0, 0];
    const proof = this.prove(token, Array(32).fill(0xff), [0x0c, 0x00], position, sha256(fragment));
    return (await this.send('authenticatorLargeBlobs', { set: fragment, offset, length, ...proof })).status;
  }

  readBlob(get: number, offset = 0) {
    return this.send('authenticatorLargeBlobs', { get, offset });
  }

  async info(): Promise<CommandResponse<'authenticatorGetInfo'>> {
    return (await this.send('authenticatorGetInfo')).response;
  }
}

const encoded = (params: CborMap | undefined) => (params ? encode(params) : new Uint8Array(0));
