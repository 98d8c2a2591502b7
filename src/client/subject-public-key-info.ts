/** getPublicKey(), WebAuthn L3 section 5.2.1.1: a credential public key as DER SubjectPublicKeyInfo, for the algorithms that every client must support. */
import type { CborMap } from '#protocol/cbor.ts';
import { algorithmName, type CoseAlgorithm, coseKeyLabels, parseCoseKey } from '#protocol/cose.ts';
import { encodeSubjectPublicKeyInfo } from '#protocol/keys/spki.ts';

const supportedAlgorithms: readonly CoseAlgorithm[] = ['ES256', 'EdDSA', 'RS256'];

/**
 * Returns the DER bytes, or undefined for an algorithm that this client does not support.
 * @throws {ProtocolViolation} with rule `cose.*` for a malformed key of a supported algorithm.
 */
export function encodePublicKey(key: CborMap): Uint8Array | undefined {
  const alg = key.get(coseKeyLabels.alg);
  const name = typeof alg === 'number' ? algorithmName(alg) : undefined;
  return name && supportedAlgorithms.includes(name) ? encodeSubjectPublicKeyInfo(parseCoseKey(key)) : undefined;
}
