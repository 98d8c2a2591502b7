/**
 * The only door to node:crypto: digests, MACs, AES, and P-256 / Ed25519 keys.
 * With a deterministic `Random` keys come from its bytes and ECDSA follows RFC 6979 (`deterministic-ecdsa.ts`).
 * Sources: FIPS 180-4, 197, 198-1, RFC 5869, RFC 8032, SEC 1.
 */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type ECDH,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { concat, toBase64url } from './bytes.ts';
import type { CborMap } from './cbor.ts';
import { type CoseAlgorithm, coseAlgorithms, coseKey, parseCoseKey } from './cose.ts';
import { signDeterministic } from './deterministic-ecdsa.ts';
import type { Random } from './seams.ts';

const own = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

export const sha256 = (data: Uint8Array): Uint8Array => own(createHash('sha256').update(data).digest());
export const sha1 = (data: Uint8Array): Uint8Array => own(createHash('sha1').update(data).digest());
export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  own(createHmac('sha256', key).update(data).digest());
export const hkdfSha256 = (ikm: Uint8Array, salt: Uint8Array, info: string, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', ikm, salt, info, length));

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

/** A P-256 key for key agreement. `publicKey` is 04 || x || y. */
export interface AgreementKey {
  publicKey: Uint8Array;
  /**
   * The x coordinate of the shared point, 32 bytes.
   * @throws {RangeError} when the peer's point is not on the curve.
   */
  agree(peer: Uint8Array): Uint8Array;
}

export function generateAgreementKey(random: Random): AgreementKey {
  const ecdh: ECDH = createECDH('prime256v1');
  if (random.deterministic) ecdh.setPrivateKey(scalar(random));
  else ecdh.generateKeys();
  return {
    publicKey: own(ecdh.getPublicKey()),
    agree(peer) {
      try {
        return own(ecdh.computeSecret(peer));
      } catch (cause) {
        throw new RangeError('cannot agree on a key: the peer sent no point of P-256', { cause });
      }
    },
  };
}

/** A key pair that signs. ECDSA signatures are DER, Ed25519 raw 64 bytes. `secret` is the private scalar or seed. */
export interface SigningKey {
  readonly algorithm: CoseAlgorithm;
  readonly alg: number;
  readonly publicKey: CborMap;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  sign(data: Uint8Array): Uint8Array;
  secret(): Uint8Array;
}

/** A new key pair, from `random`'s bytes when that is deterministic. */
export function generateSigningKey(algorithm: CoseAlgorithm, random: Random): SigningKey {
  if (random.deterministic)
    return importSigningKey(algorithm, algorithm === 'ES256' ? scalar(random) : random.bytes(32), true);
  const { publicKey, privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  return signingKey(algorithm, privateKey, own(publicKey.export({ type: 'spki', format: 'der' })), undefined);
}

/**
 * A key pair from its private scalar (P-256) or seed (Ed25519), 32 bytes. `deterministic` makes ECDSA follow RFC 6979.
 * @throws {RangeError} when `secret` is no private key.
 */
export function importSigningKey(algorithm: CoseAlgorithm, secret: Uint8Array, deterministic = false): SigningKey {
  const privateKey = createPrivateKey({ key: privateJwk(algorithm, secret), format: 'jwk' });
  const spki = own(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
  return signingKey(algorithm, privateKey, spki, deterministic ? secret : undefined);
}

/** Node needs the public part in a private JWK only for EC; for Ed25519 it is derived through PKCS#8. */
function privateJwk(algorithm: CoseAlgorithm, secret: Uint8Array) {
  const d = toBase64url(secret);
  if (algorithm === 'EdDSA') return { kty: 'OKP', crv: 'Ed25519', d, x: toBase64url(ed25519PublicKey(secret)) };
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secret);
  const point = own(ecdh.getPublicKey());
  return { kty: 'EC', crv: 'P-256', d, x: toBase64url(point.subarray(1, 33)), y: toBase64url(point.subarray(33)) };
}

function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const pkcs8 = concat(Buffer.from('302e020100300506032b657004220420', 'hex'), seed);
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return own(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })).subarray(-32);
}

function signingKey(
  algorithm: CoseAlgorithm,
  privateKey: KeyObject,
  spki: Uint8Array,
  deterministic: Uint8Array | undefined,
): SigningKey {
  const { alg, kty, crv } = coseAlgorithms[algorithm];
  const isEc = kty === 2;
  // The coordinates are the tail of the SPKI; exporting a JWK in a loop can deadlock on Node 20.
  const tail = spki.subarray(isEc ? -64 : -32);
  return {
    algorithm,
    alg,
    spki,
    publicKey: isEc ? coseKey(alg, kty, crv, tail.slice(0, 32), tail.slice(32)) : coseKey(alg, kty, crv, tail.slice()),
    sign: (data) =>
      deterministic && isEc
        ? signDeterministic(data, deterministic)
        : own(sign(isEc ? 'sha256' : null, data, privateKey)),
    secret: () => deterministic ?? privateSecret(privateKey, isEc),
  };
}

/** PKCS#8 of P-256 carries the scalar at byte 36, that of Ed25519 the seed at byte 16. */
function privateSecret(key: KeyObject, isEc: boolean): Uint8Array {
  const pkcs8 = own(key.export({ type: 'pkcs8', format: 'der' }));
  return isEc ? pkcs8.slice(36, 68) : pkcs8.slice(16, 48);
}

/** A P-256 scalar from random bytes; the chance of a value beyond the group order is 2^-32. */
function scalar(random: Random): Uint8Array {
  for (;;) {
    const candidate = random.bytes(32);
    if (candidate.subarray(0, 4).some((byte) => byte !== 0xff) && candidate.some((byte) => byte !== 0))
      return candidate;
  }
}

/**
 * Verifies a signature under a COSE public key.
 * @throws {ProtocolViolation} when the key is malformed. A point off the curve verifies nothing: false.
 */
export function verifySignature(publicKey: CborMap, data: Uint8Array, signature: Uint8Array): boolean {
  const { name, x, y } = parseCoseKey(publicKey);
  const jwk = y
    ? { kty: 'EC', crv: 'P-256', x: toBase64url(x), y: toBase64url(y) }
    : { kty: 'OKP', crv: 'Ed25519', x: toBase64url(x) };
  try {
    return verify(name === 'ES256' ? 'sha256' : null, data, createPublicKey({ key: jwk, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}
