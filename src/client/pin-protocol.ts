/**
 * PIN/UV auth protocol with an authenticator, CTAP 2.1 section 6.5.5, platform side: the subcommands and their encryption.
 * `pin-dialogue.ts` prompts the user for the PIN.
 */
import { concat, utf8 } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import type { Random } from '#base/random.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { type Permission, permissions as permissionBits } from '#protocol/commands.ts';
import { generateAgreementKey, sha256 } from '#protocol/crypto.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import {
  computeSharedSecret,
  encodeKeyAgreementKey,
  type PinUvAuthProtocol,
  type PinUvAuthProtocolVersion,
  pinUvAuthProtocols,
} from '#protocol/pin-uv-auth.ts';
import type { TransactOptions } from '#transport/device.ts';
import type { CtapCommands } from './ctap2.ts';

/** A pinUvAuthToken and the protocol it is used with. */
export interface PinUvAuthToken {
  protocol: PinUvAuthProtocol;
  token: Uint8Array;
}

/** What a token allows. */
export interface TokenScope {
  permissions: readonly Permission[];
  rpId: string;
}

/** Returns the device's most preferred protocol that is supported here, or undefined. CTAP 2.0 devices with a PIN use protocol 1. */
export function choosePinUvAuthProtocol(info: AuthenticatorInfo): PinUvAuthProtocol | undefined {
  const offered = info.pinUvAuthProtocols ?? (info.options?.clientPin === undefined ? [] : [1]);
  const version = offered.find((candidate): candidate is PinUvAuthProtocolVersion => candidate in pinUvAuthProtocols);
  return version && pinUvAuthProtocols[version];
}

/** Returns the parameters that authenticate a command with `token`. `message` is the message that the section of the command defines. */
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
  /** The platform's key-agreement key in COSE form. */
  readonly keyAgreement: CborMap;
  readonly sharedSecret: Uint8Array;
  readonly #ctap: CtapCommands;
  readonly #random: Random;

  private constructor(ctap: CtapCommands, protocol: PinUvAuthProtocol, random: Random, devicePublicKey: CborMap) {
    const key = generateAgreementKey(random);
    this.#ctap = ctap;
    this.#random = random;
    this.protocol = protocol;
    this.keyAgreement = encodeKeyAgreementKey(key);
    this.sharedSecret = computeSharedSecret(protocol, key, devicePublicKey);
  }

  /**
   * Agrees on a shared secret: getKeyAgreement, section 6.5.5.4. A session ends with the first wrong PIN, because the device
   * then replaces its key.
   */
  static async open(ctap: CtapCommands, protocol: PinUvAuthProtocol, random: Random): Promise<PinUvAuthSession> {
    const response = await ctap.clientPin('getKeyAgreement', { pinUvAuthProtocol: protocol.version });
    const devicePublicKey = requireMember(response.keyAgreement, 'keyAgreement', '6.5.5.4');
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
      throw violation('ciphertext', '6.5.4', messageOf(cause), cause);
    }
  }

  authenticate(message: Uint8Array): Uint8Array {
    return this.protocol.authenticate(this.sharedSecret, message);
  }

  /** setPIN, section 6.5.5.5. */
  async setPin(pin: string): Promise<void> {
    const newPinEnc = this.encrypt(paddedPin(pin));
    await this.#ctap.clientPin('setPIN', {
      ...this.#commonParameters(),
      newPinEnc,
      pinUvAuthParam: this.authenticate(newPinEnc),
    });
  }

  /** changePIN, section 6.5.5.6. */
  async changePin(current: string, next: string): Promise<void> {
    const newPinEnc = this.encrypt(paddedPin(next));
    const pinHashEnc = this.encrypt(pinHash(current));
    await this.#ctap.clientPin('changePIN', {
      ...this.#commonParameters(),
      newPinEnc,
      pinHashEnc,
      pinUvAuthParam: this.authenticate(concat(newPinEnc, pinHashEnc)),
    });
  }

  /** With `scope`: getPinUvAuthTokenUsingPinWithPermissions, section 6.5.5.7.2. Without: getPinToken, section 6.5.5.7.1. */
  async tokenUsingPin(pin: string, scope?: Partial<TokenScope>): Promise<PinUvAuthToken> {
    const parameters = { ...this.#commonParameters(), pinHashEnc: this.encrypt(pinHash(pin)) };
    const response = scope
      ? await this.#ctap.clientPin('getPinUvAuthTokenUsingPinWithPermissions', { ...parameters, ...encodeScope(scope) })
      : await this.#ctap.clientPin('getPinToken', parameters);
    return this.#decryptToken(response.pinUvAuthToken);
  }

  /** getPinUvAuthTokenUsingUvWithPermissions, section 6.5.5.7.3: resolves when the authenticator has verified the user. */
  async tokenUsingUv(scope: TokenScope, options?: TransactOptions): Promise<PinUvAuthToken> {
    const parameters = { ...this.#commonParameters(), ...encodeScope(scope) };
    const response = await this.#ctap.clientPin('getPinUvAuthTokenUsingUvWithPermissions', parameters, options);
    return this.#decryptToken(response.pinUvAuthToken);
  }

  #commonParameters() {
    return { pinUvAuthProtocol: this.protocol.version, keyAgreement: this.keyAgreement };
  }

  /** A token has 32 bytes, or 16 from a CTAP 2.0 device with protocol 1: section 6.5.4. */
  #decryptToken(encrypted: Uint8Array | undefined): PinUvAuthToken {
    const token = this.decrypt(requireMember(encrypted, 'pinUvAuthToken', '6.5.5.7'));
    if (token.length !== 32 && !(this.protocol.version === 1 && token.length === 16))
      throw violation('token-length', '6.5.4', `expected a pinUvAuthToken of 32 bytes, got ${token.length}`);
    return { protocol: this.protocol, token };
  }
}

/** Returns the retries left before the PIN is blocked, and whether the device needs a power cycle first. Section 6.5.5.2. */
export async function pinRetries(ctap: CtapCommands, protocol: PinUvAuthProtocol) {
  const response = await ctap.clientPin('getPINRetries', { pinUvAuthProtocol: protocol.version });
  const retries = requireMember(response.pinRetries, 'pinRetries', '6.5.5.2');
  return { retries, powerCycle: response.powerCycleState === true };
}

/** Returns the built-in user verification attempts that are left, section 6.5.5.3. */
export async function uvRetries(ctap: CtapCommands): Promise<number> {
  return requireMember((await ctap.clientPin('getUVRetries')).uvRetries, 'uvRetries', '6.5.5.3');
}

/** Returns the PIN in Unicode Normalization Form C, the form for its length and for sending: section 6.5.1. */
export const normalizePin = (pin: string): string => pin.normalize('NFC');

/** Permissions such as `cm` and `acfg` need no RP ID. */
const encodeScope = ({ permissions = [], rpId }: Partial<TokenScope>) => ({
  permissions: permissions.reduce((bits, name) => bits | permissionBits[name], 0),
  rpId,
});

const pinHash = (pin: string): Uint8Array => sha256(normalizePin(pin)).slice(0, 16);

function paddedPin(pin: string): Uint8Array {
  const padded = new Uint8Array(64);
  padded.set(utf8(normalizePin(pin)));
  return padded;
}

function requireMember<T>(value: T | undefined, member: string, section: string): T {
  if (value === undefined) throw violation(member, section, `the response lacks ${member}`);
  return value;
}

const violation = (rule: string, section: string, message: string, cause?: unknown) =>
  new ProtocolViolation(
    { rule: `pin.${rule}`, section: `CTAP 2.1 section ${section}`, offset: 0 },
    `Cannot use the PIN/UV auth protocol: ${message}`,
    {
      cause,
    },
  );
