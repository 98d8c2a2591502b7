/**
 * One run of a PIN/UV auth protocol with an authenticator, platform side: CTAP 2.1 section 6.5.5. Knows the commands and
 * what is encrypted under what; who is asked for a PIN, and when, is `pin-dialogue.ts`.
 */
import { concat, utf8 } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { type Permission, permissions as permissionBits } from '#protocol/commands.ts';
import { generateAgreementKey, sha256 } from '#protocol/crypto.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import {
  keyAgreementCose,
  type PinUvAuthProtocol,
  type PinUvAuthProtocolVersion,
  pinUvAuthProtocols,
  sharedSecret,
} from '#protocol/pin-uv-auth.ts';
import type { TransactOptions } from '#transport/device.ts';
import type { Ctap2 } from './ctap2.ts';

/** A pinUvAuthToken and the protocol it is used with. */
export interface PinUvAuthToken {
  protocol: PinUvAuthProtocol;
  token: Uint8Array;
}

/** What a token shall be good for. */
export interface TokenScope {
  permissions: readonly Permission[];
  rpId: string;
}

/** The first protocol of the device's preference that we have, or undefined. CTAP 2.0 devices with a PIN speak protocol 1. */
export function choosePinUvAuthProtocol(info: AuthenticatorInfo): PinUvAuthProtocol | undefined {
  const offered = info.pinUvAuthProtocols ?? (info.options?.clientPin === undefined ? [] : [1]);
  const version = offered.find((candidate): candidate is PinUvAuthProtocolVersion => candidate in pinUvAuthProtocols);
  return version && pinUvAuthProtocols[version];
}

/** The members that prove a token to a command: `message` is what the command authenticates. */
export function pinUvAuthParameters(token: PinUvAuthToken | undefined, message: Uint8Array) {
  if (!token) return {};
  const { protocol } = token;
  return {
    pinUvAuthParam: protocol.authenticate(token.token, message),
    pinUvAuthProtocol: protocol.version,
  };
}

export class PinUvAuthSession {
  readonly protocol: PinUvAuthProtocol;
  /** The platform's key-agreement key, as the device gets it. */
  readonly keyAgreement: CborMap;
  readonly sharedSecret: Uint8Array;
  readonly #ctap: Ctap2;
  readonly #random: Random;

  private constructor(ctap: Ctap2, protocol: PinUvAuthProtocol, random: Random, devicePublicKey: CborMap) {
    const key = generateAgreementKey(random);
    this.#ctap = ctap;
    this.#random = random;
    this.protocol = protocol;
    this.keyAgreement = keyAgreementCose(key);
    this.sharedSecret = sharedSecret(protocol, key, devicePublicKey);
  }

  /** getKeyAgreement and a fresh key of ours; a device makes a new key after every wrong PIN, so sessions are short. */
  static async open(ctap: Ctap2, protocol: PinUvAuthProtocol, random: Random): Promise<PinUvAuthSession> {
    const answer = await ctap.clientPin('getKeyAgreement', { pinUvAuthProtocol: protocol.version });
    const devicePublicKey = demand(answer.keyAgreement, 'keyAgreement', '6.5.5.4');
    return new PinUvAuthSession(ctap, protocol, random, devicePublicKey);
  }

  encrypt(plaintext: Uint8Array): Uint8Array {
    return this.protocol.encrypt(this.sharedSecret, plaintext, this.#random);
  }

  /** @throws {ProtocolViolation} when the ciphertext has an impossible length. */
  decrypt(ciphertext: Uint8Array): Uint8Array {
    try {
      return this.protocol.decrypt(this.sharedSecret, ciphertext);
    } catch (cause) {
      throw violation('ciphertext', '6.5.4', (cause as Error).message, cause);
    }
  }

  authenticate(message: Uint8Array): Uint8Array {
    return this.protocol.authenticate(this.sharedSecret, message);
  }

  /** setPIN, section 6.5.5.5. */
  async setPin(pin: string): Promise<void> {
    const newPinEnc = this.encrypt(paddedPin(pin));
    await this.#ctap.clientPin('setPIN', {
      ...this.#header(),
      newPinEnc,
      pinUvAuthParam: this.authenticate(newPinEnc),
    });
  }

  /** changePIN, section 6.5.5.6. */
  async changePin(current: string, next: string): Promise<void> {
    const newPinEnc = this.encrypt(paddedPin(next));
    const pinHashEnc = this.encrypt(pinHash(current));
    await this.#ctap.clientPin('changePIN', {
      ...this.#header(),
      newPinEnc,
      pinHashEnc,
      pinUvAuthParam: this.authenticate(concat(newPinEnc, pinHashEnc)),
    });
  }

  /** getPinToken, or with `scope` its successor that limits what the token may do: sections 6.5.5.7.1 and 6.5.5.7.2. */
  async tokenUsingPin(pin: string, scope?: Partial<TokenScope>): Promise<PinUvAuthToken> {
    const parameters = { ...this.#header(), pinHashEnc: this.encrypt(pinHash(pin)) };
    const answer = scope
      ? await this.#ctap.clientPin('getPinUvAuthTokenUsingPinWithPermissions', { ...parameters, ...inScope(scope) })
      : await this.#ctap.clientPin('getPinToken', parameters);
    return this.#token(answer.pinUvAuthToken);
  }

  /** Section 6.5.5.7.3: the authenticator verifies the user itself, which may take a while. */
  async tokenUsingUv(scope: TokenScope, options?: TransactOptions): Promise<PinUvAuthToken> {
    const parameters = { ...this.#header(), ...inScope(scope) };
    const answer = await this.#ctap.clientPin('getPinUvAuthTokenUsingUvWithPermissions', parameters, options);
    return this.#token(answer.pinUvAuthToken);
  }

  #header() {
    return { pinUvAuthProtocol: this.protocol.version, keyAgreement: this.keyAgreement };
  }

  /** Tokens have 32 bytes; with protocol 1 a CTAP 2.0 device may give 16. Section 6.5.4. */
  #token(encrypted: Uint8Array | undefined): PinUvAuthToken {
    const token = this.decrypt(demand(encrypted, 'pinUvAuthToken', '6.5.5.7'));
    if (token.length !== 32 && !(this.protocol.version === 1 && token.length === 16))
      throw violation('token-length', '6.5.4', `the pinUvAuthToken has ${token.length} bytes`);
    return { protocol: this.protocol, token };
  }
}

/** Retries left before the PIN is blocked; `powerCycle` when the device wants one first. Section 6.5.5.2. */
export async function pinRetries(ctap: Ctap2, protocol: PinUvAuthProtocol) {
  const answer = await ctap.clientPin('getPINRetries', { pinUvAuthProtocol: protocol.version });
  const retries = demand(answer.pinRetries, 'pinRetries', '6.5.5.2');
  return { retries, powerCycle: answer.powerCycleState === true };
}

/** Built-in user verification attempts left, section 6.5.5.3. */
export async function uvRetries(ctap: Ctap2): Promise<number> {
  return demand((await ctap.clientPin('getUVRetries')).uvRetries, 'uvRetries', '6.5.5.3');
}

/** The form in which a PIN is measured and sent: Unicode Normalization Form C, section 6.5.1. */
export const normalizePin = (pin: string): string => pin.normalize('NFC');

/** Without an RP ID for what is not about one relying party. */
const inScope = ({ permissions = [], rpId }: Partial<TokenScope>) => ({
  permissions: permissions.reduce((bits, name) => bits | permissionBits[name], 0),
  rpId,
});

const pinHash = (pin: string): Uint8Array => sha256(normalizePin(pin)).slice(0, 16);

function paddedPin(pin: string): Uint8Array {
  const padded = new Uint8Array(64);
  padded.set(utf8(normalizePin(pin)));
  return padded;
}

function demand<T>(value: T | undefined, member: string, section: string): T {
  if (value === undefined) throw violation(member, section, `the answer lacks ${member}`);
  return value;
}

const violation = (rule: string, section: string, message: string, cause?: unknown) =>
  new ProtocolViolation(`pin.${rule}`, `CTAP 2.1 section ${section}`, 0, `cannot go on with the PIN: ${message}`, {
    cause,
  });
