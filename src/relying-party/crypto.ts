/** Wraps node:crypto for what `#protocol/crypto.ts` does not cover: password hashing, certificates, importing public keys. */
import { createPublicKey, type KeyObject, scrypt, X509Certificate } from 'node:crypto';

export { type KeyObject, X509Certificate };

export interface ScryptParameters {
  /** CPU and memory cost, a power of two (RFC 7914 section 2). */
  N: number;
  r: number;
  p: number;
}

/** Derives 32 bytes from a password and a salt with scrypt (RFC 7914). */
export function deriveKey(password: Uint8Array, salt: Uint8Array, { N, r, p }: ScryptParameters): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    scrypt(password, salt, 32, { N, r, p, maxmem: 256 * r * (N + p + 2) }, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    ),
  );
}

/**
 * Imports a SubjectPublicKeyInfo (DER).
 * @throws {Error} if it is not a valid public key, for example a point that is not on its curve.
 */
export const importSpki = (spki: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
