/**
 * Checks the encoding of an ECDSA signature, WebAuthn L3 section 6.5.5: DER of `Ecdsa-Sig-Value` (RFC 3279 section 2.2.3), which has
 * exactly one encoding for each signature. The check is explicit because verifiers differ: OpenSSL requires DER, others accept BER and
 * trailing bytes.
 */
import type { CborValue } from '#protocol/cbor.ts';
import { algorithmName, coseAlgorithms } from '#protocol/cose.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { type DerItem, readItems, readOne, tag } from './der-reader.ts';

/** Returns why `signature` is not the valid encoding of an ECDSA signature; undefined if it is, or if `alg` is not ECDSA. */
export function findEcdsaEncodingProblem(alg: CborValue | undefined, signature: Uint8Array): string | undefined {
  const name = typeof alg === 'number' ? algorithmName(alg) : undefined;
  if (!name || coseAlgorithms[name].kty !== 2) return undefined;
  try {
    const [r, s, ...more] = readItems(readOne(signature, tag.sequence).content);
    if (!r || !s || more.length > 0) return 'Expected an ECDSA signature as a SEQUENCE of r and s only';
    return findIntegerProblem('r', r) ?? findIntegerProblem('s', s);
  } catch (error) {
    if (error instanceof ProtocolViolation) return `Expected an ECDSA signature in DER: ${error.message}`;
    throw error;
  }
}

/** Checks r or s: as few octets as possible (X.690 section 8.3.2), and at least 1 (SEC 1 section 4.1.4). */
function findIntegerProblem(name: string, { tag: found, content }: DerItem): string | undefined {
  const [first, second] = content;
  if (found !== tag.integer || first === undefined) return `Expected an INTEGER as ${name} of an ECDSA signature`;
  if (first >= 0x80) return `Expected a positive ${name} in an ECDSA signature, got a negative one`;
  if (first > 0) return undefined;
  if (second === undefined) return `Expected a positive ${name} in an ECDSA signature, got zero`;
  return second < 0x80 ? `${name} of an ECDSA signature has an unnecessary leading zero` : undefined;
}
