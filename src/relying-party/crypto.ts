/** What the portal needs of node:crypto beyond `#protocol/crypto.ts`: password hashing, certificates, importing public keys. */
import { createPublicKey, type KeyObject, scrypt, X509Certificate } from 'node:crypto';

export { type KeyObject, X509Certificate };

export interface ScryptParameters {
  /** CPU and memory cost, a power of two (RFC 7914 section 2). */
  N: number;
  r: number;
  p: number;
}

/** scrypt, RFC 7914: 32 bytes from a password and a salt. */
export function deriveKey(password: Uint8Array, salt: Uint8Array, { N, r, p }: ScryptParameters): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    scrypt(password, salt, 32, { N, r, p, maxmem: 256 * r * (N + p + 2) }, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    ),
  );
}

/** @throws {Error} when the SubjectPublicKeyInfo is no public key: a point off its curve, for instance. */
export const importSpki = (spki: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
