/** Checks credential public keys, WebAuthn L3 section 5.8.5 and RFC 9053, 8230 and 9964: strict for each algorithm, and a valid key (a point on its curve). */
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels, parseCoseKey } from '#protocol/cose.ts';
import { findEdwardsPointProblem } from '#protocol/keys/edwards-point.ts';
import { encodeSubjectPublicKeyInfo } from '#protocol/keys/spki.ts';
import { importSpki } from '../crypto.ts';
import { RefusalError } from '../refusals.ts';
import { refuseOnViolation } from './attestation-object.ts';

/** Returns the COSE algorithm of a key. @throws {RefusalError} `public-key-invalid`. */
export const readAlgorithm = (key: CborMap): number => {
  const alg = key.get(coseKeyLabels.alg);
  if (typeof alg !== 'number') throw new RefusalError('public-key-invalid', 'Expected an integer in alg');
  return alg;
};

/**
 * Returns the SubjectPublicKeyInfo of a credential key, DER. An ML-DSA key is valid if its length is correct (FIPS 204), an RSA key if
 * its numbers are possible (`parseCoseKey`). The point of a curve key is decoded.
 * @throws {RefusalError} `public-key-invalid`.
 */
export function encodeCredentialSpki(key: CborMap): Uint8Array {
  const parsed = refuseOnViolation('public-key-invalid', () => parseCoseKey(key));
  const spki = encodeSubjectPublicKeyInfo(parsed);
  const problem = parsed.kty === 1 ? findEdwardsPointProblem(parsed.name, parsed.x) : undefined;
  if (problem !== undefined) throw new RefusalError('public-key-invalid', `${parsed.name}: ${problem}`);
  if (parsed.kty === 7) return spki;
  try {
    importSpki(spki);
  } catch (cause) {
    throw new RefusalError('public-key-invalid', `Expected a valid ${parsed.name} key`, { cause });
  }
  return spki;
}
