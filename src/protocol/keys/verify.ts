/** Verifying signatures of every algorithm in the table. */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { CborMap } from '../cbor.ts';
import { type AlgorithmOf, type CoseAlgorithm, coseAlgorithms, parseCoseKey } from '../cose.ts';
import { verifyMlDsa } from './ml-dsa.ts';
import { subjectPublicKeyInfo } from './spki.ts';

/**
 * Verifies a signature under a COSE public key.
 * @throws {ProtocolViolation} when the key is malformed. A point off the curve verifies nothing: false.
 */
export function verifySignature(publicKey: CborMap, data: Uint8Array, signature: Uint8Array): boolean {
  const key = parseCoseKey(publicKey);
  if (key.kty === 7) return verifyMlDsaSafely(key.name, key.pub, data, signature);
  try {
    const spki = Buffer.from(subjectPublicKeyInfo(key));
    const imported = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return verifyUnder(imported, key.name, data, signature);
  } catch {
    return false;
  }
}

function verifyMlDsaSafely(name: AlgorithmOf<7>, pub: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifyMlDsa(name, pub, data, signature);
  } catch {
    return false; // a signature of another length
  }
}

/** Verifies under a key that is imported already, a certificate's for instance; false when it does not fit the algorithm. */
export function verifyUnder(
  key: KeyObject,
  algorithm: Exclude<CoseAlgorithm, AlgorithmOf<7>>,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const row = coseAlgorithms[algorithm];
  if (!fits(key, algorithm)) return false;
  const hash = 'hash' in row ? row.hash : null;
  const pss = 'padding' in row && row.padding === 'pss';
  const padding = pss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
  try {
    return verify(hash, data, { key, ...padding }, signature);
  } catch {
    return false;
  }
}

const curveNames: Record<AlgorithmOf<2>, string> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
  ES256K: 'secp256k1',
};
const edwardsNames: Record<AlgorithmOf<1>, string> = { EdDSA: 'ed25519', Ed448: 'ed448' };

/** Whether a key is of the type, and for ECDSA on the curve, that an algorithm has (WebAuthn L3 section 5.8.5). */
export function fits(
  { asymmetricKeyType, asymmetricKeyDetails }: KeyObject,
  algorithm: Exclude<CoseAlgorithm, AlgorithmOf<7>>,
): boolean {
  const { kty } = coseAlgorithms[algorithm];
  if (kty === 3) return asymmetricKeyType === 'rsa';
  if (kty === 1) return asymmetricKeyType === edwardsNames[algorithm as AlgorithmOf<1>];
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curveNames[algorithm as AlgorithmOf<2>];
}
