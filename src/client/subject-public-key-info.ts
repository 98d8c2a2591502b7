/** getPublicKey(), WebAuthn L3 section 5.2.1.1: a credential public key as DER SubjectPublicKeyInfo, for the algorithms every client must understand. */
import type { CborMap } from '#protocol/cbor.ts';
import { algorithmName, type CoseAlgorithm, coseKeyLabels, parseCoseKey } from '#protocol/cose.ts';
import { subjectPublicKeyInfo as encode } from '#protocol/keys/spki.ts';

const understood: readonly CoseAlgorithm[] = ['ES256', 'EdDSA', 'RS256'];

/**
 * The key, or undefined for an algorithm that this client does not understand.
 * @throws {ProtocolViolation} with rule `cose.*` for a malformed key of an algorithm it does understand.
 */
export function subjectPublicKeyInfo(key: CborMap): Uint8Array | undefined {
  const alg = key.get(coseKeyLabels.alg);
  const name = typeof alg === 'number' ? algorithmName(alg) : undefined;
  return name && understood.includes(name) ? encode(parseCoseKey(key)) : undefined;
}
