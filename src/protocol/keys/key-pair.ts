/** Making, importing and deriving key pairs of every algorithm in the table. */

import type { Random } from '#base/random.ts';
import { type CoseAlgorithm, coseAlgorithms } from '../cose.ts';
import { type EcAlgorithm, EcKey, scalarFrom } from './ec.ts';
import { edwardsKey } from './edwards.ts';
import { mlDsaKey } from './ml-dsa.ts';
import { rsaKey } from './rsa.ts';
import type { SigningKey } from './signing-key.ts';

/** A new key pair, from `random`'s bytes. */
export const generateSigningKey = (algorithm: CoseAlgorithm, random: Random): SigningKey =>
  importSigningKey(
    algorithm,
    secretFrom(algorithm, (length) => random.bytes(length)),
    random.deterministic,
  );

/** A private key of `algorithm` from `candidate`, which is asked for other bytes when some do not fit. */
export function secretFrom(
  algorithm: CoseAlgorithm,
  candidate: (length: number, attempt: number) => Uint8Array,
): Uint8Array {
  const row = coseAlgorithms[algorithm];
  const length = secretLength(algorithm);
  return row.kty === 2
    ? scalarFrom(algorithm as EcAlgorithm, (attempt) => candidate(length, attempt))
    : candidate(length, 0);
}

const secretLength = (algorithm: CoseAlgorithm): number => {
  const row = coseAlgorithms[algorithm];
  return 'coordinate' in row ? row.coordinate : 32;
};

/**
 * A key pair from its private scalar (EC), its seed (Ed25519 and ML-DSA 32 bytes, Ed448 57), or for RSA from 32 bytes that
 * choose a test key or an RSAPrivateKey in DER. `deterministic` makes ECDSA follow RFC 6979 and PSS and ML-DSA draw nothing.
 * @throws {RangeError} when `secret` is no private key.
 */
export function importSigningKey(algorithm: CoseAlgorithm, secret: Uint8Array, deterministic = false): SigningKey {
  const { kty } = coseAlgorithms[algorithm];
  const wanted = secretLength(algorithm);
  const own = kty === 3 && secret.length > 512; // an RSAPrivateKey
  if (secret.length !== wanted && !own)
    throw new RangeError(
      `cannot import a private key of ${secret.length} bytes: ${wanted} are wanted for ${algorithm}`,
    );
  switch (algorithm) {
    case 'ES256':
    case 'ES384':
    case 'ES512':
    case 'ES256K':
      return new EcKey(algorithm, secret, deterministic);
    case 'EdDSA':
    case 'Ed448':
      return edwardsKey(algorithm, secret);
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      return mlDsaKey(algorithm, secret, deterministic);
    default:
      return rsaKey(algorithm, secret, deterministic);
  }
}
