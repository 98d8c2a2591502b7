/** Credential public keys, WebAuthn L3 section 5.8.5 and RFC 9053/8230/9964: strict per algorithm, and really a key (a point on its curve). */
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels, parseCoseKey } from '#protocol/cose.ts';
import { subjectPublicKeyInfo } from '#protocol/keys/spki.ts';
import { importSpki } from '../crypto.ts';
import { Refusal } from '../refusals.ts';
import { violationsAs } from './attestation-object.ts';

export const algorithmOf = (key: CborMap): number => {
  const alg = key.get(coseKeyLabels.alg);
  if (typeof alg !== 'number') throw new Refusal('public-key-invalid', 'alg must be an integer');
  return alg;
};

/**
 * The SubjectPublicKeyInfo of a credential key, DER. ML-DSA keys are right when their length is (FIPS 204); the others are
 * imported to see that they are keys.
 * @throws {Refusal} `public-key-invalid`.
 */
export function credentialSpki(key: CborMap): Uint8Array {
  const parsed = violationsAs('public-key-invalid', () => parseCoseKey(key));
  const spki = subjectPublicKeyInfo(parsed);
  if (parsed.kty === 7) return spki;
  try {
    importSpki(spki);
  } catch (cause) {
    throw new Refusal('public-key-invalid', `no ${parsed.name} key has these members`, { cause });
  }
  return spki;
}
