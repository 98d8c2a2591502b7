/**
 * Checks the points of public keys. node:crypto imports keys of Ed25519 and Ed448 without checking the point, and is slow for other keys.
 * Sources: SEC 1 section 3.2.2.1 (validation of EC public keys), RFC 8032 sections 5.1.3 and 5.2.3 (decoding of Edwards points).
 */
import { ed448 } from '@noble/curves/ed448.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { messageOf } from '#base/errors.ts';
import type { AlgorithmOf } from '../cose.ts';

const weierstrassCurves = { ES256: p256, ES384: p384, ES512: p521, ES256K: secp256k1 } as const satisfies Record<
  AlgorithmOf<2>,
  unknown
>;
const edwardsCurves = { EdDSA: ed25519, Ed448: ed448 } as const satisfies Record<AlgorithmOf<1>, unknown>;

/** Returns why `encoded`, 04 || x || y, is not a point of the curve other than infinity, or undefined if it is. */
export function findEcPointProblem(algorithm: AlgorithmOf<2>, encoded: Uint8Array): string | undefined {
  try {
    weierstrassCurves[algorithm].Point.fromBytes(encoded);
    return undefined;
  } catch (error) {
    return `Expected a point of the curve: ${messageOf(error)}`;
  }
}

/**
 * Returns why `encoded` is not a usable public key, or undefined if it is. It must be the encoding of a point of the curve. A point of
 * small order has no private key: signatures that verify with it can be made without one.
 */
export function findEdwardsPointProblem(algorithm: AlgorithmOf<1>, encoded: Uint8Array): string | undefined {
  try {
    const point = edwardsCurves[algorithm].Point.fromBytes(encoded);
    return point.isSmallOrder() ? 'Expected a point of large order' : undefined;
  } catch (error) {
    return `Expected the encoding of a point of the curve: ${messageOf(error)}`;
  }
}
