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
  hkdfSync,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { concat, fromHex, toBase64url } from './bytes.ts';
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

/** A new key pair, from `random`'s bytes. */
export function generateSigningKey(algorithm: CoseAlgorithm, random: Random): SigningKey {
  const secret = algorithm === 'ES256' ? scalar(random) : random.bytes(32);
  return importSigningKey(algorithm, secret, random.deterministic);
}

/**
 * A key pair from its private scalar (P-256) or seed (Ed25519), 32 bytes. `deterministic` makes ECDSA follow RFC 6979.
 * The private key is handed to node:crypto at the first signature: a P-256 key that never signs costs one point multiplication.
 * @throws {RangeError} when `secret` is no private key.
 */
export function importSigningKey(algorithm: CoseAlgorithm, secret: Uint8Array, deterministic = false): SigningKey {
  if (secret.length !== 32)
    throw new RangeError(`cannot import a private key of ${secret.length} bytes: 32 are wanted`);
  return algorithm === 'ES256' ? new P256Key(secret, deterministic) : ed25519Key(secret);
}

/** The fixed heads of a SubjectPublicKeyInfo (RFC 5480, RFC 8410) and of an Ed25519 PKCS#8. */
const p256SpkiHead = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200');
const ed25519SpkiHead = fromHex('302a300506032b6570032100');
const ed25519Pkcs8Head = fromHex('302e020100300506032b657004220420');

/** Serves every point multiplication: it is set anew each time. */
const calculator = createECDH('prime256v1');

class P256Key implements SigningKey {
  readonly algorithm = 'ES256';
  readonly alg = coseAlgorithms.ES256.alg;
  readonly publicKey: CborMap;
  readonly spki: Uint8Array;
  readonly #secret: Uint8Array;
  readonly #point: Uint8Array;
  readonly #deterministic: boolean;
  #privateKey: KeyObject | undefined;

  constructor(secret: Uint8Array, deterministic: boolean) {
    const { alg, kty, crv } = coseAlgorithms.ES256;
    this.#secret = secret;
    this.#deterministic = deterministic;
    this.#point = p256Point(secret);
    this.spki = concat(p256SpkiHead, this.#point);
    this.publicKey = coseKey(alg, kty, crv, this.#point.slice(1, 33), this.#point.slice(33));
  }

  sign(data: Uint8Array): Uint8Array {
    if (this.#deterministic) return signDeterministic(data, this.#secret);
    this.#privateKey ??= createPrivateKey({ key: this.#jwk(), format: 'jwk' });
    return own(sign('sha256', data, this.#privateKey));
  }

  secret(): Uint8Array {
    return this.#secret;
  }

  #jwk() {
    const [x, y] = [this.#point.subarray(1, 33), this.#point.subarray(33)];
    return { kty: 'EC', crv: 'P-256', d: toBase64url(this.#secret), x: toBase64url(x), y: toBase64url(y) };
  }
}

function p256Point(secret: Uint8Array): Uint8Array {
  try {
    calculator.setPrivateKey(secret);
  } catch (cause) {
    throw new RangeError('cannot import the private key: it is no scalar of P-256', { cause });
  }
  return own(calculator.getPublicKey());
}

function ed25519Key(secret: Uint8Array): SigningKey {
  const pkcs8 = Buffer.from(concat(ed25519Pkcs8Head, secret));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  // The public key is the tail of the SPKI; exporting a JWK in a loop can deadlock on Node 20.
  const x = own(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })).slice(-32);
  const { alg, kty, crv } = coseAlgorithms.EdDSA;
  return {
    algorithm: 'EdDSA',
    alg,
    spki: concat(ed25519SpkiHead, x),
    publicKey: coseKey(alg, kty, crv, x),
    sign: (data) => own(sign(null, data, privateKey)),
    secret: () => secret,
  };
}

/**
 * The first candidate of 32 bytes that is a P-256 scalar. One in 2^32 starts with 32 one bits and may lie beyond the group
 * order: then `candidate` is asked for another.
 */
export function scalarFrom(candidate: (attempt: number) => Uint8Array): Uint8Array {
  for (let attempt = 0; ; attempt++) {
    const bytes = candidate(attempt);
    if (bytes.subarray(0, 4).some((byte) => byte !== 0xff) && bytes.some((byte) => byte !== 0)) return bytes;
  }
}

const scalar = (random: Random): Uint8Array => scalarFrom(() => random.bytes(32));

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
