/** ECDSA on P-256 with SHA-256 and RFC 6979 nonces: the same key and data give the same DER signature. The only door to @noble/curves. */
import { p256 } from '@noble/curves/nist.js';

/** High-S signatures stay as they are: WebAuthn knows no low-S rule, and its published vectors have both. */
export const signDeterministic = (data: Uint8Array, scalar: Uint8Array): Uint8Array =>
  p256.sign(data, scalar, { lowS: false, format: 'der' });
