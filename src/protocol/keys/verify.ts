/** Verifies signatures of every algorithm in the table. */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { CborMap } from '../cbor.ts';
import { type AlgorithmOf, type CoseAlgorithm, coseAlgorithms, parseCoseKey } from '../cose.ts';
import { verifyMlDsa } from './ml-dsa.ts';
import { encodeSubjectPublicKeyInfo } from './spki.ts';

/**
 * Verifies a signature with a COSE public key. Returns false if the signature is wrong or the key is a point off the curve.
 * @throws {ProtocolViolation} if the key is malformed.
 */
export function verifySignature(publicKey: CborMap, data: Uint8Array, signature: Uint8Array): boolean {
  const key = parseCoseKey(publicKey);
  if (key.kty === 7) return verifyMlDsaSafely(key.name, key.pub, data, signature);
  try {
    const spki = Buffer.from(encodeSubjectPublicKeyInfo(key));
    const imported = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return verifyWithKey(imported, key.name, data, signature);
  } catch {
    return false;
  }
}

function verifyMlDsaSafely(name: AlgorithmOf<7>, pub: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifyMlDsa(name, pub, data, signature);
  } catch {
    return false; // the signature has an invalid length
  }
}

/** Verifies a signature with an imported key, for example that of a certificate. Returns false if the key is not for the algorithm. */
export function verifyWithKey(
  key: KeyObject,
  algorithm: Exclude<CoseAlgorithm, AlgorithmOf<7>>,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const row = coseAlgorithms[algorithm];
  if (!isKeyForAlgorithm(key, algorithm)) return false;
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

/** Whether a key has the type, and for ECDSA the curve, of an algorithm (WebAuthn L3 section 5.8.5). */
export function isKeyForAlgorithm(
  { asymmetricKeyType, asymmetricKeyDetails }: KeyObject,
  algorithm: Exclude<CoseAlgorithm, AlgorithmOf<7>>,
): boolean {
  const { kty } = coseAlgorithms[algorithm];
  if (kty === 3) return asymmetricKeyType === 'rsa';
  if (kty === 1) return asymmetricKeyType === edwardsNames[algorithm as AlgorithmOf<1>];
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curveNames[algorithm as AlgorithmOf<2>];
}
