/** Deterministic ECDSA, RFC 6979: the same key and data have the same DER signature. */
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { AlgorithmOf } from './cose.ts';

const curves = { ES256: p256, ES384: p384, ES512: p521, ES256K: secp256k1 } as const satisfies Record<
  AlgorithmOf<2>,
  unknown
>;

/** High-S signatures are not changed: WebAuthn has no low-S rule, and published test vectors contain both. */
export const signDeterministic = (algorithm: AlgorithmOf<2>, data: Uint8Array, scalar: Uint8Array): Uint8Array =>
  curves[algorithm].sign(data, scalar, { lowS: false, format: 'der' });
