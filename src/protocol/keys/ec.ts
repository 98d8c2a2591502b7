/** ECDSA keys on P-256, P-384, P-521 and secp256k1 (SEC 1, FIPS 186-5), with random or RFC 6979 nonces. */
import { createECDH, createPrivateKey, type ECDH, type KeyObject, sign } from 'node:crypto';
import { concat, toBase64url } from '#base/bytes.ts';
import type { CborMap } from '../cbor.ts';
import { type AlgorithmOf, coseAlgorithms, createCoseKey } from '../cose.ts';
import { signDeterministic } from '../deterministic-ecdsa.ts';
import type { SigningKey } from './signing-key.ts';
import { encodeSubjectPublicKeyInfo } from './spki.ts';

export type EcAlgorithm = AlgorithmOf<2>;

interface Curve {
  /** Name of the curve in JSON Web Keys. */
  crv: string;
  /** Computes public points. Its private key is replaced for each computation. */
  ecdh: ECDH;
  /** The part of the SPKI before the point. */
  spkiPrefix: Uint8Array;
  /** Number of significant bits in the first byte of a scalar. */
  topBits: number;
}

function createCurve(algorithm: EcAlgorithm, crv: string, opensslName: string, topBits = 8): Curve {
  const { alg, coordinate } = coseAlgorithms[algorithm];
  const x = new Uint8Array(coordinate);
  const spki = encodeSubjectPublicKeyInfo({ alg, kty: 2, name: algorithm, x, y: x });
  return { crv, ecdh: createECDH(opensslName), spkiPrefix: spki.slice(0, -1 - 2 * coordinate), topBits };
}

const curves: Record<EcAlgorithm, Curve> = {
  ES256: createCurve('ES256', 'P-256', 'prime256v1'),
  ES384: createCurve('ES384', 'P-384', 'secp384r1'),
  ES512: createCurve('ES512', 'P-521', 'secp521r1', 1),
  ES256K: createCurve('ES256K', 'secp256k1', 'secp256k1'),
};

/** The private key is imported into node:crypto at the first signature, so a key that never signs needs only one point multiplication. */
export class EcKey implements SigningKey {
  readonly algorithm: EcAlgorithm;
  readonly alg: number;
  readonly publicKey: CborMap;
  readonly spki: Uint8Array;
  readonly #secret: Uint8Array;
  readonly #point: Uint8Array;
  readonly #deterministic: boolean;
  #privateKey: KeyObject | undefined;

  /** @throws {RangeError} if `secret` is not a scalar of the curve. */
  constructor(algorithm: EcAlgorithm, secret: Uint8Array, deterministic: boolean) {
    const { alg, kty, crv, coordinate } = coseAlgorithms[algorithm];
    this.algorithm = algorithm;
    this.alg = alg;
    this.#secret = secret;
    this.#deterministic = deterministic;
    this.#point = computePublicPoint(algorithm, secret);
    this.spki = concat(curves[algorithm].spkiPrefix, this.#point);
    this.publicKey = createCoseKey({
      alg,
      kty,
      crv,
      x: this.#point.slice(1, 1 + coordinate),
      y: this.#point.slice(1 + coordinate),
    });
  }

  sign(data: Uint8Array): Uint8Array {
    if (this.#deterministic) return signDeterministic(this.algorithm, data, this.#secret);
    this.#privateKey ??= createPrivateKey({ key: this.#jwk(), format: 'jwk' });
    const signature = sign(coseAlgorithms[this.algorithm].hash, data, this.#privateKey);
    return new Uint8Array(signature.buffer, signature.byteOffset, signature.length);
  }

  secret(): Uint8Array {
    return this.#secret;
  }

  #jwk() {
    const half = (this.#point.length + 1) / 2;
    const [x, y] = [this.#point.subarray(1, half), this.#point.subarray(half)];
    const { crv } = curves[this.algorithm];
    return { kty: 'EC', crv, d: toBase64url(this.#secret), x: toBase64url(x), y: toBase64url(y) };
  }
}

function computePublicPoint(algorithm: EcAlgorithm, secret: Uint8Array): Uint8Array {
  const { ecdh, crv } = curves[algorithm];
  try {
    ecdh.setPrivateKey(secret);
  } catch (cause) {
    throw new RangeError(`Cannot import the private key: expected a scalar of ${crv}`, { cause });
  }
  const point = ecdh.getPublicKey();
  return new Uint8Array(point.buffer, point.byteOffset, point.length);
}

/**
 * Returns the first candidate that is a scalar of the curve. Bits above the length of the group order are cleared. A candidate
 * that starts with the first four bytes of the order, one in 2^32, may be too large: it is replaced by another one.
 */
export function deriveScalar(algorithm: EcAlgorithm, candidate: (attempt: number) => Uint8Array): Uint8Array {
  const top = (1 << curves[algorithm].topBits) - 1;
  for (let attempt = 0; ; attempt++) {
    const bytes = candidate(attempt);
    bytes[0]! &= top;
    const mayBeTooLarge = bytes[0] === top && bytes.subarray(1, 4).every((byte) => byte === 0xff);
    if (!mayBeTooLarge && bytes.some((byte) => byte !== 0)) return bytes;
  }
}
