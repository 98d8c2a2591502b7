/**
 * The cryptography of PIN/UV auth protocols 1 and 2, CTAP 2.1 sections 6.5.4 to 6.5.7, for platform and authenticator. The
 * exchange of messages is in the client and in the emulator's clientPIN command.
 */
import { concat } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import type { CborMap } from './cbor.ts';
import { coseKeyLabels, createCoseKey, ecdhEsHkdf256 } from './cose.ts';
import {
  type AgreementKey,
  aes256CbcDecrypt,
  aes256CbcEncrypt,
  hkdfSha256,
  hmacSha256,
  sameBytes,
  sha256,
} from './crypto.ts';
import { ProtocolViolation } from './errors.ts';

export type PinUvAuthProtocolVersion = 1 | 2;

export interface PinUvAuthProtocol {
  readonly version: PinUvAuthProtocolVersion;
  /** Length of a pinUvAuthParam in bytes. */
  readonly paramLength: number;
  /** Derives the shared secret from the x coordinate of the ECDH result. */
  kdf(z: Uint8Array): Uint8Array;
  /** `plaintext` is a multiple of 16 bytes. */
  encrypt(sharedSecret: Uint8Array, plaintext: Uint8Array, random: Random): Uint8Array;
  /** @throws {RangeError} if the ciphertext has an invalid length. */
  decrypt(sharedSecret: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  authenticate(key: Uint8Array, message: Uint8Array): Uint8Array;
  verify(key: Uint8Array, message: Uint8Array, param: Uint8Array): boolean;
}

const zeroIv = new Uint8Array(16);
const zeroSalt = new Uint8Array(32);

/** Section 6.5.6. */
const protocolOne: PinUvAuthProtocol = {
  version: 1,
  paramLength: 16,
  kdf: (z) => sha256(z),
  encrypt: (secret, plaintext) => aes256CbcEncrypt(secret, zeroIv, plaintext),
  decrypt: (secret, ciphertext) => aes256CbcDecrypt(secret, zeroIv, requireWholeBlocks(ciphertext)),
  authenticate: (key, message) => hmacSha256(key, message).slice(0, 16),
  verify: (key, message, param) => sameBytes(protocolOne.authenticate(key, message), param),
};

/** Section 6.5.7: the shared secret is an HMAC key (32 bytes) followed by an AES key (32 bytes); a pinUvAuthToken is only an HMAC key. */
const protocolTwo: PinUvAuthProtocol = {
  version: 2,
  paramLength: 32,
  kdf: (z) => concat(hkdfSha256(z, zeroSalt, 'CTAP2 HMAC key', 32), hkdfSha256(z, zeroSalt, 'CTAP2 AES key', 32)),
  encrypt(secret, plaintext, random) {
    const iv = random.bytes(16);
    return concat(iv, aes256CbcEncrypt(secret.subarray(32), iv, plaintext));
  },
  decrypt(secret, ciphertext) {
    if (ciphertext.length < 16) throw new RangeError('Cannot decrypt: expected an initialization vector of 16 bytes');
    return aes256CbcDecrypt(
      secret.subarray(32),
      ciphertext.subarray(0, 16),
      requireWholeBlocks(ciphertext.subarray(16)),
    );
  },
  authenticate: (key, message) => hmacSha256(key.subarray(0, 32), message),
  verify: (key, message, param) => sameBytes(protocolTwo.authenticate(key, message), param),
};

export const pinUvAuthProtocols: Record<PinUvAuthProtocolVersion, PinUvAuthProtocol> = {
  1: protocolOne,
  2: protocolTwo,
};

function requireWholeBlocks(ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length % 16 !== 0)
    throw new RangeError(`Cannot decrypt: expected a multiple of 16 bytes, got ${ciphertext.length}`);
  return ciphertext;
}

/** Encodes a key-agreement public key as the COSE_Key of section 6.5.6 (alg -25). */
export function encodeKeyAgreementKey({ publicKey }: AgreementKey): CborMap {
  return createCoseKey({ alg: ecdhEsHkdf256, kty: 2, crv: 1, x: publicKey.slice(1, 33), y: publicKey.slice(33) });
}

/**
 * Computes the shared secret of our key and the peer's COSE_Key.
 * @throws {ProtocolViolation} if the peer's key is malformed or not a point of P-256.
 */
export function computeSharedSecret(protocol: PinUvAuthProtocol, ours: AgreementKey, peer: CborMap): Uint8Array {
  const [x, y] = [peer.get(coseKeyLabels.x), peer.get(coseKeyLabels.y)];
  const isWellFormed =
    peer.get(coseKeyLabels.kty) === 2 &&
    peer.get(coseKeyLabels.alg) === ecdhEsHkdf256 &&
    peer.get(coseKeyLabels.crv) === 1 &&
    x instanceof Uint8Array &&
    y instanceof Uint8Array &&
    x.length === 32 &&
    y.length === 32;
  if (!isWellFormed) throw createKeyError('expected a P-256 COSE_Key with alg -25');
  try {
    return protocol.kdf(ours.agree(concat(new Uint8Array([4]), x, y)));
  } catch (cause) {
    throw createKeyError('the point is not on the curve', cause);
  }
}

const createKeyError = (message: string, cause?: unknown) =>
  new ProtocolViolation(
    { rule: 'pin.key-agreement', section: 'CTAP 2.1 section 6.5.6', offset: 0 },
    `Cannot use the key-agreement key: ${message}`,
    { cause },
  );
