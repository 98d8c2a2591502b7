/** ML-DSA keys, FIPS 204, from a seed of 32 bytes. The only module that imports @noble/post-quantum; node:crypto supports ML-DSA only from Node 24 on. */
import { randomBytes } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import type { CborMap } from '../cbor.ts';
import { type AlgorithmOf, coseAlgorithms, coseKeyLabels } from '../cose.ts';
import type { SigningKey } from './signing-key.ts';
import { encodeSubjectPublicKeyInfo } from './spki.ts';

const variants = { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 } as const;

/** Creates a key. `deterministic` selects the deterministic variant of signatures (FIPS 204 section 3.4). */
export function createMlDsaKey(algorithm: AlgorithmOf<7>, seed: Uint8Array, deterministic: boolean): SigningKey {
  const { alg, kty } = coseAlgorithms[algorithm];
  const { publicKey: pub, secretKey } = variants[algorithm].keygen(seed);
  const publicKey: CborMap = new Map<number, number | Uint8Array>([
    [coseKeyLabels.kty, kty],
    [coseKeyLabels.alg, alg],
    [coseKeyLabels.pub, pub],
  ]);
  return {
    algorithm,
    alg,
    publicKey,
    spki: encodeSubjectPublicKeyInfo({ alg, kty, name: algorithm, pub }),
    sign: (data) =>
      variants[algorithm].sign(data, secretKey, { extraEntropy: deterministic ? false : randomBytes(32) }),
    secret: () => seed,
  };
}

export const verifyMlDsa = (
  algorithm: AlgorithmOf<7>,
  pub: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean => variants[algorithm].verify(signature, data, pub);
