/** Deterministic ECDSA, RFC 6979: the same key and data have the same DER signature. */
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { CborMap } from './cbor.ts';
import type { AlgorithmOf } from './cose.ts';

const curves = { ES256: p256, ES384: p384, ES512: p521, ES256K: secp256k1 } as const satisfies Record<
  AlgorithmOf<2>,
  unknown
>;

/** High-S signatures are not changed: WebAuthn has no low-S rule, and published test vectors contain both. */
export const signDeterministic = (algorithm: AlgorithmOf<2>, data: Uint8Array, scalar: Uint8Array): Uint8Array =>
  curves[algorithm].sign(data, scalar, { lowS: false, format: 'der' });

const { Point } = p256;
/** Any number will do. */
const constantNonce = 0x5eedn;

/** Returns an ES256 signature of a SHA-256 hash whose nonce is always the same: two of them reveal the private key. Only for a defect. */
export function signWithConstantNonce(hash: Uint8Array, scalar: Uint8Array): Uint8Array {
  const field = Point.Fn;
  const r = field.create(Point.BASE.multiply(constantNonce).toAffine().x);
  const product = field.mul(r, field.fromBytes(scalar));
  const s = field.div(field.add(field.create(toNumber(hash)), product), constantNonce);
  return new p256.Signature(r, s).toBytes('der');
}

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

const { x, y } = Point.BASE.toAffine();

/** The generator of P-256 as a COSE_Key for ES256: a valid public key, whose private key is 1. */
export const curveGenerator: CborMap = new Map<number, number | Uint8Array>([
  [1, 2],
  [3, -7],
  [-1, 1],
  [-2, Point.Fp.toBytes(x)],
  [-3, Point.Fp.toBytes(y)],
]);
