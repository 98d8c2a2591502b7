/** getPublicKey(), WebAuthn L3 section 5.2.1.1: a credential public key as DER SubjectPublicKeyInfo (RFC 5480, RFC 8410). */
import { concat, fromHex } from '#protocol/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { algorithmName, type CoseAlgorithm, coseKeyLabels, parseCoseKey } from '#protocol/cose.ts';

/** Everything up to the key itself; EC points are uncompressed. */
const prefixes: Partial<Record<CoseAlgorithm, Uint8Array>> = {
  ES256: fromHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004'),
  EdDSA: fromHex('302a300506032b6570032100'),
};

/**
 * The key, or undefined for an algorithm that this client does not understand.
 * @throws {ProtocolViolation} with rule `cose.*` for a malformed key of an algorithm it does understand.
 */
export function subjectPublicKeyInfo(key: CborMap): Uint8Array | undefined {
  const alg = key.get(coseKeyLabels.alg);
  const name = typeof alg === 'number' ? algorithmName(alg) : undefined;
  const prefix = name && prefixes[name];
  if (!prefix) return undefined;
  const { x, y } = parseCoseKey(key);
  return y ? concat(prefix, x, y) : concat(prefix, x);
}
