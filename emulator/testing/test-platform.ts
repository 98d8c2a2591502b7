/** A CTAP platform for tests: encodes requests, parses responses strictly, and implements the PIN/UV auth protocols. */
import { concat, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { type CborMap, type CborValue, encodeMessage } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import {
  type ClientPinSubCommand,
  type CommandName,
  type CommandRequest,
  type CommandResponse,
  clientPinSubCommands,
  commands,
} from '#protocol/commands.ts';
import { generateAgreementKey, sha256 } from '#protocol/crypto.ts';
import {
  computeSharedSecret,
  encodeKeyAgreementKey,
  type PinUvAuthProtocolVersion,
  pinUvAuthProtocols,
} from '#protocol/pin-uv-auth.ts';
import { statusName } from '#protocol/status.ts';
import type { Authenticator, ProcessOptions } from '../authenticator.ts';

export interface Reply<C extends CommandName> {
  status: string;
  /** Members of the response; an empty object if the response has no content. */
  response: CommandResponse<C>;
}

interface NewPin {
  version: PinUvAuthProtocolVersion;
  /** Padded. */
  newPin?: Uint8Array;
  newPinEnc?: Uint8Array;
  /** For changePIN. */
  currentPin?: string;
}

export const clientDataHash = sha256('client data');
export const rpId = 'example.com';
const es256 = { type: 'public-key', alg: -7 };

/** Returns a valid authenticatorMakeCredential request with `changes`. */
export const makeCredentialRequest = (
  changes: Partial<CommandRequest<'authenticatorMakeCredential'>> = {},
): CommandRequest<'authenticatorMakeCredential'> => ({
  clientDataHash,
  rp: { id: rpId },
  user: { id: utf8('user-1'), name: 'alice', displayName: 'Alice' },
  pubKeyCredParams: [es256],
  ...changes,
});

/** Encodes a CTAP message: the command byte and the parameters. */
export const encodeCommand = (command: CommandName, parameters?: CborValue): Uint8Array =>
  encodeMessage(commands[command].code, parameters);

export class TestPlatform {
  readonly authenticator: Authenticator;
  readonly #process: Authenticator['process'];
  /** `process` sends the messages, for example over a transport. */
  constructor(
    authenticator: Authenticator,
    process: Authenticator['process'] = (message, options) => authenticator.process(message, options),
  ) {
    this.authenticator = authenticator;
    this.#process = process;
  }

  /** Sends parameters that the message table does not check, and returns the status. */
  async sendRaw(command: CommandName, parameters?: CborValue, options?: ProcessOptions): Promise<string> {
    const [status] = await this.#process(encodeCommand(command, parameters), options);
    return statusName(status as number) ?? `0x${status}`;
  }

  /** Sends a request and parses the response. */
  async send<C extends CommandName>(
    command: C,
    request?: CommandRequest<C>,
    options?: ProcessOptions,
  ): Promise<Reply<C>> {
    const row = commands[command];
    const parameters = request && (row.request.encode as (value: unknown) => CborMap)(request);
    const answer = await this.#process(encodeCommand(command, parameters), options);
    const response = answer.length > 1 ? row.response.parse(decode(answer.subarray(1))) : {};
    return { status: statusName(answer[0] as number) ?? 'unknown', response: response as CommandResponse<C> };
  }

  makeCredential(changes?: Partial<CommandRequest<'authenticatorMakeCredential'>>, options?: ProcessOptions) {
    return this.send('authenticatorMakeCredential', makeCredentialRequest(changes), options);
  }

  getAssertion(changes?: Partial<CommandRequest<'authenticatorGetAssertion'>>, options?: ProcessOptions) {
    return this.send('authenticatorGetAssertion', { rpId, clientDataHash, ...changes }, options);
  }

  /** Agrees on a shared secret with the authenticator. Returns it with our COSE key for the request. */
  async agreeOnSecret(version: PinUvAuthProtocolVersion) {
    const { response } = await this.clientPin('getKeyAgreement', { pinUvAuthProtocol: version });
    const ours = generateAgreementKey(systemRandom);
    const protocol = pinUvAuthProtocols[version];
    const secret = computeSharedSecret(protocol, ours, response.keyAgreement as CborMap);
    return { protocol, secret, keyAgreement: encodeKeyAgreementKey(ours) };
  }

  clientPin(name: ClientPinSubCommand, rest: Omit<CommandRequest<'authenticatorClientPIN'>, 'subCommand'> = {}) {
    return this.send('authenticatorClientPIN', { subCommand: clientPinSubCommands[name], ...rest });
  }

  /** Returns the status. */
  setPin(version: PinUvAuthProtocolVersion, pin: string | Uint8Array): Promise<string> {
    return this.sendNewPin('setPIN', { version, newPin: pad(pin) });
  }

  /** Returns the status. */
  changePin(version: PinUvAuthProtocolVersion, from: string, to: string): Promise<string> {
    return this.sendNewPin('changePIN', { version, newPin: pad(to), currentPin: from });
  }

  /** Sends an authentic setPIN or changePIN: with `newPin` encrypted, or `newPinEnc` as it is. Returns the status. */
  async sendNewPin(name: 'setPIN' | 'changePIN', { version, newPin, newPinEnc, currentPin }: NewPin): Promise<string> {
    const { protocol, secret, keyAgreement } = await this.agreeOnSecret(version);
    const encrypted = newPinEnc ?? protocol.encrypt(secret, newPin ?? pad(''), systemRandom);
    const pinHashEnc =
      currentPin === undefined ? undefined : protocol.encrypt(secret, hashPin(currentPin), systemRandom);
    const pinUvAuthParam = protocol.authenticate(secret, concat(encrypted, pinHashEnc ?? new Uint8Array(0)));
    const request = { pinUvAuthProtocol: version, keyAgreement, newPinEnc: encrypted, pinHashEnc, pinUvAuthParam };
    return (await this.clientPin(name, request)).status;
  }

  /**
   * Gets a token: with `grant` by getPinUvAuthTokenUsingPinWithPermissions, without by getPinToken. `token` is
   * undefined on an error.
   */
  async pinToken(version: PinUvAuthProtocolVersion, pin: string, grant?: { permissions: number; rpId?: string }) {
    const { protocol, secret, keyAgreement } = await this.agreeOnSecret(version);
    const pinHashEnc = protocol.encrypt(secret, hashPin(pin), systemRandom);
    const name = grant ? 'getPinUvAuthTokenUsingPinWithPermissions' : 'getPinToken';
    const reply = await this.clientPin(name, { pinUvAuthProtocol: version, keyAgreement, pinHashEnc, ...grant });
    const encrypted = reply.response.pinUvAuthToken;
    return { status: reply.status, protocol, token: encrypted && protocol.decrypt(secret, encrypted) };
  }

  /** Returns the parameters that prove to the authenticator that we have the token, over the `clientDataHash` of the test. */
  pinUvAuth(version: PinUvAuthProtocolVersion, token: Uint8Array) {
    return {
      pinUvAuthProtocol: version,
      pinUvAuthParam: pinUvAuthProtocols[version].authenticate(token, clientDataHash),
    };
  }
}

const hashPin = (pin: string) => sha256(pin).slice(0, 16);

/** Pads a PIN to 64 bytes. */
function pad(pin: string | Uint8Array): Uint8Array {
  const bytes = typeof pin === 'string' ? utf8(pin) : pin;
  return concat(bytes, new Uint8Array(Math.max(0, 64 - bytes.length)));
}
