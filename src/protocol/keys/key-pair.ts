/** Generates, derives and imports key pairs of every algorithm in the table. */

import type { Random } from '#base/random.ts';
import { type CoseAlgorithm, coseAlgorithms } from '../cose.ts';
import { deriveScalar, type EcAlgorithm, EcKey } from './ec.ts';
import { createEdwardsKey } from './edwards.ts';
import { createMlDsaKey } from './ml-dsa.ts';
import { createRsaKey } from './rsa.ts';
import type { SigningKey } from './signing-key.ts';

/** Generates a key pair from the bytes of `random`. */
export const generateSigningKey = (algorithm: CoseAlgorithm, random: Random): SigningKey =>
  importSigningKey(
    algorithm,
    derivePrivateKey(algorithm, (length) => random.bytes(length)),
    random.deterministic,
  );

/** Derives a private key. `candidate` is called again, with the next `attempt`, if its bytes are not a valid private key. */
export function derivePrivateKey(
  algorithm: CoseAlgorithm,
  candidate: (length: number, attempt: number) => Uint8Array,
): Uint8Array {
  const row = coseAlgorithms[algorithm];
  const length = secretLength(algorithm);
  return row.kty === 2
    ? deriveScalar(algorithm as EcAlgorithm, (attempt) => candidate(length, attempt))
    : candidate(length, 0);
}

const secretLength = (algorithm: CoseAlgorithm): number => {
  const row = coseAlgorithms[algorithm];
  return 'coordinate' in row ? row.coordinate : 32;
};

/**
 * Imports a key pair. `secret` is the private scalar (EC), the seed (32 bytes for Ed25519 and ML-DSA, 57 for Ed448), or for RSA
 * either 32 bytes that select a test key or an RSAPrivateKey in DER. With `deterministic`, ECDSA uses RFC 6979 nonces, and
 * RSA-PSS and ML-DSA use no random bytes.
 * @throws {RangeError} if `secret` is not a private key.
 */
export function importSigningKey(algorithm: CoseAlgorithm, secret: Uint8Array, deterministic = false): SigningKey {
  const { kty } = coseAlgorithms[algorithm];
  const expectedLength = secretLength(algorithm);
  const isRsaPrivateKey = kty === 3 && secret.length > 512;
  if (secret.length !== expectedLength && !isRsaPrivateKey)
    throw new RangeError(
      `Expected a private key of ${expectedLength} bytes for ${algorithm}, got ${secret.length} bytes`,
    );
  switch (algorithm) {
    case 'ES256':
    case 'ES384':
    case 'ES512':
    case 'ES256K':
      return new EcKey(algorithm, secret, deterministic);
    case 'EdDSA':
    case 'Ed448':
      return createEdwardsKey(algorithm, secret);
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      return createMlDsaKey(algorithm, secret, deterministic);
    default:
      return createRsaKey(algorithm, secret, deterministic);
  }
}
