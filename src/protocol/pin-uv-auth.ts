/**
 * PIN/UV auth protocols 1 and 2, CTAP 2.1 section 6.5.4 to 6.5.7: the mathematics, for both sides of the wire.
 * The dialogue (who asks what, and when) lives in the client and in the emulator's clientPIN command.
 */
import { concat } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import type { CborMap } from './cbor.ts';
import { coseKey, coseKeyLabels, ecdhEsHkdf256 } from './cose.ts';
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
  /** The shared secret from the ECDH result's x coordinate. */
  kdf(z: Uint8Array): Uint8Array;
  /** `plaintext` is a multiple of 16 bytes. */
  encrypt(sharedSecret: Uint8Array, plaintext: Uint8Array, random: Random): Uint8Array;
  /** @throws {RangeError} when the ciphertext has an impossible length. */
  decrypt(sharedSecret: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  authenticate(key: Uint8Array, message: Uint8Array): Uint8Array;
  verify(key: Uint8Array, message: Uint8Array, param: Uint8Array): boolean;
}

const zeroIv = new Uint8Array(16);
const zeroSalt = new Uint8Array(32);

/** Section 6.5.6. */
const one: PinUvAuthProtocol = {
  version: 1,
  paramLength: 16,
  kdf: (z) => sha256(z),
  encrypt: (secret, plaintext) => aes256CbcEncrypt(secret, zeroIv, plaintext),
  decrypt: (secret, ciphertext) => aes256CbcDecrypt(secret, zeroIv, wholeBlocks(ciphertext)),
  authenticate: (key, message) => hmacSha256(key, message).slice(0, 16),
  verify: (key, message, param) => sameBytes(one.authenticate(key, message), param),
};

/** Section 6.5.7: the shared secret is an HMAC key (32 bytes) followed by an AES key (32 bytes); a token is all HMAC key. */
const two: PinUvAuthProtocol = {
  version: 2,
  paramLength: 32,
  kdf: (z) => concat(hkdfSha256(z, zeroSalt, 'CTAP2 HMAC key', 32), hkdfSha256(z, zeroSalt, 'CTAP2 AES key', 32)),
  encrypt(secret, plaintext, random) {
    const iv = random.bytes(16);
    return concat(iv, aes256CbcEncrypt(secret.subarray(32), iv, plaintext));
  },
  decrypt(secret, ciphertext) {
    if (ciphertext.length < 16) throw new RangeError('cannot decrypt: the initialization vector is missing');
    return aes256CbcDecrypt(secret.subarray(32), ciphertext.subarray(0, 16), wholeBlocks(ciphertext.subarray(16)));
  },
  authenticate: (key, message) => hmacSha256(key.subarray(0, 32), message),
  verify: (key, message, param) => sameBytes(two.authenticate(key, message), param),
};

export const pinUvAuthProtocols: Record<PinUvAuthProtocolVersion, PinUvAuthProtocol> = { 1: one, 2: two };

function wholeBlocks(ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length % 16 !== 0)
    throw new RangeError(`cannot decrypt ${ciphertext.length} bytes: not a multiple of 16`);
  return ciphertext;
}

/** A key-agreement public key as the COSE_Key of section 6.5.6 (alg -25). */
export function keyAgreementCose({ publicKey }: AgreementKey): CborMap {
  return coseKey(ecdhEsHkdf256, 2, 1, publicKey.slice(1, 33), publicKey.slice(33));
}

/**
 * The shared secret between our key and the peer's COSE_Key.
 * @throws {ProtocolViolation} when the peer's key is malformed or no point of P-256.
 */
export function sharedSecret(protocol: PinUvAuthProtocol, ours: AgreementKey, peer: CborMap): Uint8Array {
  const [x, y] = [peer.get(coseKeyLabels.x), peer.get(coseKeyLabels.y)];
  const wellFormed =
    peer.get(coseKeyLabels.kty) === 2 &&
    peer.get(coseKeyLabels.alg) === ecdhEsHkdf256 &&
    peer.get(coseKeyLabels.crv) === 1 &&
    x instanceof Uint8Array &&
    y instanceof Uint8Array &&
    x.length === 32 &&
    y.length === 32;
  if (!wellFormed) throw badKey('it must be a P-256 COSE_Key with alg -25');
  try {
    return protocol.kdf(ours.agree(concat(new Uint8Array([4]), x, y)));
  } catch (cause) {
    throw badKey('the point is not on the curve', cause);
  }
}

const badKey = (message: string, cause?: unknown) =>
  new ProtocolViolation(
    'pin.key-agreement',
    'CTAP 2.1 section 6.5.6',
    0,
    `cannot use the key-agreement key: ${message}`,
    { cause },
  );
