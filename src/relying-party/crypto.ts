/** Wraps node:crypto for what `#protocol/crypto.ts` does not cover: password hashing, certificates, importing public keys. */
import { constants, createPublicKey, type KeyObject, scrypt, verify, X509Certificate } from 'node:crypto';

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

interface Signed {
  signed: Uint8Array;
  signature: Uint8Array;
}

/** Returns whether the signature of a certificate or a list verifies: ECDSA in DER, or RSASSA-PKCS1-v1_5. */
export function verifyWithHash(key: KeyObject, { hash, signed, signature }: Signed & { hash: string }): boolean {
  try {
    return verify(hash, signed, key, signature);
  } catch {
    return false; // the key is of another type than the signature
  }
}

/** Algorithms of JSON Web Signatures (RFC 7518 section 3.1) that a metadata service may use. */
const jwsAlgorithms: Readonly<Record<string, { hash: string; keyType: string; curve?: string; pss?: true }>> = {
  RS256: { hash: 'sha256', keyType: 'rsa' },
  RS384: { hash: 'sha384', keyType: 'rsa' },
  RS512: { hash: 'sha512', keyType: 'rsa' },
  PS256: { hash: 'sha256', keyType: 'rsa', pss: true },
  PS384: { hash: 'sha384', keyType: 'rsa', pss: true },
  PS512: { hash: 'sha512', keyType: 'rsa', pss: true },
  ES256: { hash: 'sha256', keyType: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', keyType: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', keyType: 'ec', curve: 'secp521r1' },
};

/** Returns whether a JSON Web Signature verifies; undefined if `alg` is unknown or needs another kind of key. */
export function verifyJws(key: KeyObject, { alg, signed, signature }: Signed & { alg: string }): boolean | undefined {
  const row = jwsAlgorithms[alg];
  if (!row || key.asymmetricKeyType !== row.keyType || key.asymmetricKeyDetails?.namedCurve !== row.curve)
    return undefined;
  const padding = row.pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  return verify(row.hash, signed, { key, dsaEncoding: 'ieee-p1363', ...padding }, signature);
}
