/**
 * Cryptography on node:crypto: digests, MACs, AES and key agreement in this file, signing keys in `keys/`. With a
 * deterministic `Random`, keys are derived from its bytes and signatures are deterministic.
 * Sources: FIPS 180-4, 197, 198-1, RFC 5869, SEC 1.
 */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHmac,
  type ECDH,
  hash,
  timingSafeEqual,
} from 'node:crypto';
import { concat, utf8 } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import { deriveScalar } from './keys/ec.ts';

export { derivePrivateKey, generateSigningKey, importSigningKey } from './keys/key-pair.ts';
export { encodeRsaPrivateKey } from './keys/rsa.ts';
export type { SigningKey } from './keys/signing-key.ts';
export { isKeyForAlgorithm, verifySignature, verifyWithKey } from './keys/verify.ts';

const toUint8Array = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

/** Computes SHA-1, SHA-256, SHA-384 or SHA-512; `algorithm` is the name in the table of COSE algorithms. Text is encoded as UTF-8. */
export const digest = (algorithm: string, data: Uint8Array | string): Uint8Array =>
  fromLatin1(hash(algorithm, data, 'binary'));
export const sha256 = (data: Uint8Array | string): Uint8Array => digest('sha256', data);
export const sha1 = (data: Uint8Array): Uint8Array => digest('sha1', data);
export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  fromLatin1(createHmac('sha256', key).update(data).digest('binary'));
/** Converts a string of single bytes. For a short digest this takes half the time of a Buffer, which is allocated outside V8's heap. */
function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

const sha256Length = 32;
const maxHkdfLength = 255 * sha256Length;

/**
 * HKDF with SHA-256, RFC 5869. For short keys this takes half the time of `hkdfSync`, which imports the key first.
 * @throws {RangeError} if `length` is above 8,160.
 */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: string, length: number): Uint8Array {
  if (length > maxHkdfLength)
    throw new RangeError(`Cannot derive ${length} bytes: HKDF with SHA-256 gives at most ${maxHkdfLength}`);
  const pseudorandomKey = hmacSha256(salt, ikm); // section 2.2, extract
  const encodedInfo = utf8(info);
  const output = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += sha256Length, counter++) {
    block = hmacSha256(pseudorandomKey, concat(block, encodedInfo, new Uint8Array([counter]))); // section 2.3, expand
    output.set(block.subarray(0, length - at), at);
  }
  return output;
}

/** Constant-time comparison; false for different lengths. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

/** AES-256-CBC without padding; `data` must be a multiple of 16 bytes. */
export function aes256CbcEncrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return concat(cipher.update(data), cipher.final());
}

export function aes256CbcDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return concat(decipher.update(data), decipher.final());
}

/** AES-128-CBC without padding, for the encrypted members of getInfo. */
export function aes128CbcEncrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return concat(cipher.update(data), cipher.final());
}

export function aes128CbcDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return concat(decipher.update(data), decipher.final());
}

const gcmTagLength = 16;

/** A message of AES-256-GCM: key of 32 bytes, nonce of 12 bytes. */
interface GcmParameters {
  key: Uint8Array;
  nonce: Uint8Array;
  /** Data that is authenticated, but not encrypted. */
  associatedData: Uint8Array;
}

/** AES-256-GCM as an AEAD, RFC 5116 section 5.2: returns the ciphertext followed by the tag of 16 bytes. */
export function aes256GcmEncrypt({ key, nonce, associatedData }: GcmParameters, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associatedData);
  return concat(cipher.update(data), cipher.final(), cipher.getAuthTag());
}

/** Returns the plaintext, or undefined if the message is not authentic. */
export function aes256GcmDecrypt(
  { key, nonce, associatedData }: GcmParameters,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const end = sealed.length - gcmTagLength;
  if (end < 0) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return concat(decipher.update(sealed.subarray(0, end)), decipher.final());
  } catch {
    return undefined;
  }
}

/** A P-256 key pair for key agreement. `publicKey` is 04 || x || y. */
export interface AgreementKey {
  publicKey: Uint8Array;
  /**
   * Returns the x coordinate of the shared point, 32 bytes.
   * @throws {RangeError} if the peer's point is not on the curve.
   */
  agree(peer: Uint8Array): Uint8Array;
}

export function generateAgreementKey(random: Random): AgreementKey {
  const ecdh: ECDH = createECDH('prime256v1');
  if (random.deterministic) ecdh.setPrivateKey(deriveScalar('ES256', () => random.bytes(32)));
  else ecdh.generateKeys();
  return {
    publicKey: toUint8Array(ecdh.getPublicKey()),
    agree(peer) {
      try {
        return toUint8Array(ecdh.computeSecret(peer));
      } catch (cause) {
        throw new RangeError('Cannot agree on a key: the public key of the peer is not a point of P-256', { cause });
      }
    },
  };
}
