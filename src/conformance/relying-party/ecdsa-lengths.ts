/**
 * The lengths of r and s in ECDSA signatures (WebAuthn L3 section 6.5.5, RFC 3279 section 2.2.3). One signature in about 130 has an r or
 * s that is shorter than the order of the curve, which a verifier gets wrong if it copies DER integers to a fixed length. The suite has
 * cases for such signatures; those of all other sign-ins and attestation statements have full lengths: otherwise verdicts would depend on
 * chance.
 */
import type { CborValue } from '#protocol/cbor.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import type { SigningKey } from '#protocol/crypto.ts';

/** Bytes of the order. That of P-521 has one bit in its first byte, so half of all values are shorter. */
const orderLengths: Partial<Record<CoseAlgorithm, number>> = { ES256: 32, ES256K: 32, ES384: 48 };

/** Returns the contents of r and s of a signature in DER whose lengths have one byte each. */
export function readIntegers(signature: Uint8Array): [r: Uint8Array, s: Uint8Array] {
  const rLength = signature[3] ?? 0;
  return [signature.subarray(4, 4 + rLength), signature.subarray(6 + rLength)];
}

/** Returns whether r and s are shorter than the order; undefined for algorithms whose signatures do not differ in this way. */
export function findShort(algorithm: CoseAlgorithm, signature: Uint8Array): { r: boolean; s: boolean } | undefined {
  const length = orderLengths[algorithm];
  if (length === undefined) return undefined;
  const [r, s] = readIntegers(signature);
  return { r: r.length < length, s: s.length < length };
}

/** A short value comes once in 256 signatures. */
const maxAttempts = 10_000;

/** Signs with random nonces until `accept` returns true for a signature. @throws {Error} if it does for none. */
export function signUntil(key: SigningKey, data: Uint8Array, accept: (signature: Uint8Array) => boolean): Uint8Array {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const signature = key.sign(data);
    if (accept(signature)) return signature;
  }
  throw new Error(`Cannot make the signature of the case in ${maxAttempts} attempts`);
}

/** Returns the signature, or another one of the same data if its r or s is short. */
export function withFullLengths(
  algorithm: CoseAlgorithm,
  signature: Uint8Array,
  { signed, credentialKey }: { signed: Uint8Array; credentialKey: SigningKey },
): Uint8Array {
  const isFull = (one: Uint8Array) => {
    const short = findShort(algorithm, one);
    return !short?.r && !short?.s;
  };
  return isFull(signature) ? signature : signUntil(credentialKey, signed, isFull);
}

/** Returns whether an attestation statement, or a part of a compound one, has a signature with a short r or s. */
export function hasShortSignature(attStmt: CborValue | undefined): boolean {
  if (Array.isArray(attStmt))
    return attStmt.some((part) => part instanceof Map && hasShortSignature(part.get('attStmt')));
  if (!(attStmt instanceof Map)) return false;
  const { sig, alg } = { sig: attStmt.get('sig'), alg: attStmt.get('alg') ?? coseAlgorithms.ES256.alg }; // fido-u2f names none
  const name = (Object.keys(coseAlgorithms) as CoseAlgorithm[]).find((one) => coseAlgorithms[one].alg === alg);
  const short = name && sig instanceof Uint8Array ? findShort(name, sig) : undefined;
  return short?.r === true || short?.s === true;
}
