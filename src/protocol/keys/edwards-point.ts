/** Checks public keys of Ed25519 and Ed448, which node:crypto imports without looking at them. Source: RFC 8032 sections 5.1.3 and 5.2.3. */
import { ed448 } from '@noble/curves/ed448.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { messageOf } from '#base/errors.ts';
import type { AlgorithmOf } from '../cose.ts';

const curves = { EdDSA: ed25519, Ed448: ed448 } as const satisfies Record<AlgorithmOf<1>, unknown>;

/**
 * Returns why `encoded` is not a usable public key, or undefined if it is. It must be the encoding of a point of the curve. A point of
 * small order has no private key: signatures that verify with it can be made without one.
 */
export function findEdwardsPointProblem(algorithm: AlgorithmOf<1>, encoded: Uint8Array): string | undefined {
  try {
    const point = curves[algorithm].Point.fromBytes(encoded);
    return point.isSmallOrder() ? 'Expected a point of large order' : undefined;
  } catch (error) {
    return `Expected the encoding of a point of the curve: ${messageOf(error)}`;
  }
}
