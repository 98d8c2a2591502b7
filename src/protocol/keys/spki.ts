/** Encodes SubjectPublicKeyInfo in DER for every algorithm: RFC 5480 (EC), 8410 (Edwards curves), 8017 (RSA), 9881 (ML-DSA). */
import { concat, fromHex } from '#base/bytes.ts';
import type { AlgorithmOf, ParsedCoseKey } from '../cose.ts';
import * as der from '../der.ts';

const idEcPublicKey = der.objectIdentifier('1.2.840.10045.2.1');
const onCurve = (oid: string) => der.sequence(idEcPublicKey, der.objectIdentifier(oid));
const withoutParameters = (oid: string) => der.sequence(der.objectIdentifier(oid));

/** AlgorithmIdentifier of each algorithm. */
const ecIdentifiers: Record<AlgorithmOf<2>, Uint8Array> = {
  ES256: onCurve('1.2.840.10045.3.1.7'),
  ES384: onCurve('1.3.132.0.34'),
  ES512: onCurve('1.3.132.0.35'),
  ES256K: onCurve('1.3.132.0.10'),
};
const identifiers: Record<AlgorithmOf<1> | AlgorithmOf<7>, Uint8Array> = {
  EdDSA: withoutParameters('1.3.101.112'),
  Ed448: withoutParameters('1.3.101.113'),
  'ML-DSA-44': withoutParameters('2.16.840.1.101.3.4.3.17'),
  'ML-DSA-65': withoutParameters('2.16.840.1.101.3.4.3.18'),
  'ML-DSA-87': withoutParameters('2.16.840.1.101.3.4.3.19'),
};
const rsaEncryption = der.sequence(der.objectIdentifier('1.2.840.113549.1.1.1'), fromHex('0500'));

export function encodeSubjectPublicKeyInfo(key: ParsedCoseKey): Uint8Array {
  if (key.kty === 2)
    return encodeInfo(ecIdentifiers[key.name], concat(new Uint8Array([0x04]), key.x, key.y as Uint8Array));
  if (key.kty === 3) return encodeInfo(rsaEncryption, der.sequence(der.integer(key.n), der.integer(key.e)));
  return encodeInfo(identifiers[key.name], key.kty === 1 ? key.x : key.pub);
}

const encodeInfo = (algorithm: Uint8Array, bits: Uint8Array): Uint8Array =>
  der.sequence(algorithm, der.bitString(bits));
