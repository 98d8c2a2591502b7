/** ECDSA on P-256, P-384, P-521 and secp256k1 (SEC 1, FIPS 186-5), random or with RFC 6979 nonces. */
import { createECDH, createPrivateKey, type ECDH, type KeyObject, sign } from 'node:crypto';
import { concat, toBase64url } from '#base/bytes.ts';
import type { CborMap } from '../cbor.ts';
import { type AlgorithmOf, coseAlgorithms, coseKey } from '../cose.ts';
import { signDeterministic } from '../deterministic-ecdsa.ts';
import type { SigningKey } from './signing-key.ts';
import { subjectPublicKeyInfo } from './spki.ts';

export type EcAlgorithm = AlgorithmOf<2>;

interface Curve {
  /** As JSON Web Keys name it. */
  crv: string;
  /** Multiplies points: set anew each time. */
  calculator: ECDH;
  /** Everything of the SPKI up to the point. */
  spkiHead: Uint8Array;
  /** Significant bits of the first byte of a scalar. */
  topBits: number;
}

function curve(algorithm: EcAlgorithm, crv: string, opensslName: string, topBits = 8): Curve {
  const { alg, coordinate } = coseAlgorithms[algorithm];
  const x = new Uint8Array(coordinate);
  const spki = subjectPublicKeyInfo({ alg, kty: 2, name: algorithm, x, y: x });
  return { crv, calculator: createECDH(opensslName), spkiHead: spki.slice(0, -1 - 2 * coordinate), topBits };
}

const curves: Record<EcAlgorithm, Curve> = {
  ES256: curve('ES256', 'P-256', 'prime256v1'),
  ES384: curve('ES384', 'P-384', 'secp384r1'),
  ES512: curve('ES512', 'P-521', 'secp521r1', 1),
  ES256K: curve('ES256K', 'secp256k1', 'secp256k1'),
};

/** The private key is handed to node:crypto at the first signature: a key that never signs costs one point multiplication. */
export class EcKey implements SigningKey {
  readonly algorithm: EcAlgorithm;
  readonly alg: number;
  readonly publicKey: CborMap;
  readonly spki: Uint8Array;
  readonly #secret: Uint8Array;
  readonly #point: Uint8Array;
  readonly #deterministic: boolean;
  #privateKey: KeyObject | undefined;

  /** @throws {RangeError} when `secret` is no scalar of the curve. */
  constructor(algorithm: EcAlgorithm, secret: Uint8Array, deterministic: boolean) {
    const { alg, kty, crv, coordinate } = coseAlgorithms[algorithm];
    this.algorithm = algorithm;
    this.alg = alg;
    this.#secret = secret;
    this.#deterministic = deterministic;
    this.#point = publicPoint(algorithm, secret);
    this.spki = concat(curves[algorithm].spkiHead, this.#point);
    this.publicKey = coseKey(alg, kty, crv, this.#point.slice(1, 1 + coordinate), this.#point.slice(1 + coordinate));
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

function publicPoint(algorithm: EcAlgorithm, secret: Uint8Array): Uint8Array {
  const { calculator, crv } = curves[algorithm];
  try {
    calculator.setPrivateKey(secret);
  } catch (cause) {
    throw new RangeError(`cannot import the private key: it is no scalar of ${crv}`, { cause });
  }
  const point = calculator.getPublicKey();
  return new Uint8Array(point.buffer, point.byteOffset, point.length);
}

/**
 * The first candidate that is a scalar of the curve. One in 2^32 starts like the group order and may lie beyond it: then
 * `candidate` is asked for another. Bits above the order's length are cleared.
 */
export function scalarFrom(algorithm: EcAlgorithm, candidate: (attempt: number) => Uint8Array): Uint8Array {
  const top = (1 << curves[algorithm].topBits) - 1;
  for (let attempt = 0; ; attempt++) {
    const bytes = candidate(attempt);
    bytes[0]! &= top;
    const beyond = bytes[0] === top && bytes.subarray(1, 4).every((byte) => byte === 0xff);
    if (!beyond && bytes.some((byte) => byte !== 0)) return bytes;
  }
}
