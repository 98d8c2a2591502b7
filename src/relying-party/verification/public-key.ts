/** Checks credential public keys, WebAuthn L3 section 5.8.5 and RFC 9053, 8230 and 9964: strict for each algorithm, and a valid key (a point on its curve). */
import { concat } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels, type ParsedCoseKey, parseCoseKey } from '#protocol/cose.ts';
import { findEcPointProblem, findEdwardsPointProblem } from '#protocol/keys/curve-point.ts';
import { encodeSubjectPublicKeyInfo } from '#protocol/keys/spki.ts';
import { importSpki } from '../crypto.ts';
import { RefusalError } from '../refusals.ts';
import { refuseOnViolation } from './attestation-object.ts';
import { createRefuse, type Refuse } from './rules.ts';

/** Returns the COSE algorithm of a key. @throws {RefusalError} `public-key-invalid`. */
export const readAlgorithm = (key: CborMap): number => {
  const alg = key.get(coseKeyLabels.alg);
  if (typeof alg !== 'number')
    throw new RefusalError('public-key-invalid', 'Expected an integer in alg', { rule: 'key.members' });
  return alg;
};

/**
 * Checks a credential key. The point of a curve key is decoded, an RSA key is imported, and an ML-DSA key is valid if its length is
 * correct (FIPS 204).
 * @throws {RefusalError} `public-key-invalid`.
 */
export function checkCredentialKey(key: CborMap, refuse: Refuse = createRefuse()): ParsedCoseKey {
  const parsed = refuseOnViolation('key.members', 'public-key-invalid', () => parseCoseKey(key));
  const problem = findKeyProblem(parsed);
  if (problem !== undefined) refuse('key.point', 'public-key-invalid', `${parsed.name}: ${problem}`);
  return parsed;
}

function findKeyProblem(key: ParsedCoseKey): string | undefined {
  if (key.kty === 1) return findEdwardsPointProblem(key.name, key.x);
  if (key.kty === 2) return findEcPointProblem(key.name, concat(Uint8Array.of(4), key.x, key.y ?? new Uint8Array()));
  if (key.kty === 7) return undefined;
  try {
    importSpki(encodeSubjectPublicKeyInfo(key));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Returns the SubjectPublicKeyInfo of a credential key, DER. @throws {RefusalError} `public-key-invalid`. */
export const encodeCredentialSpki = (key: CborMap): Uint8Array =>
  encodeSubjectPublicKeyInfo(refuseOnViolation('key.members', 'public-key-invalid', () => parseCoseKey(key)));
