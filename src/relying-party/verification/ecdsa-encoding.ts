/**
 * How an ECDSA signature is written, WebAuthn L3 section 6.5.5: DER of `Ecdsa-Sig-Value` (RFC 3279 section 2.2.3), one encoding for each
 * signature. Said here because verifiers differ: OpenSSL insists on it, others read BER and what follows it with forbearance.
 */
import type { CborValue } from '#protocol/cbor.ts';
import { algorithmName, coseAlgorithms } from '#protocol/cose.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { type DerItem, readItems, readOne, tag } from './der-reader.ts';

/** Why `signature` is not the one encoding of an ECDSA signature; nothing when it is, or when `alg` is not ECDSA. */
export function ecdsaEncodingProblem(alg: CborValue | undefined, signature: Uint8Array): string | undefined {
  const name = typeof alg === 'number' ? algorithmName(alg) : undefined;
  if (!name || coseAlgorithms[name].kty !== 2) return undefined;
  try {
    const [r, s, ...more] = readItems(readOne(signature, tag.sequence).content);
    if (!r || !s || more.length > 0) return 'an ECDSA signature is a SEQUENCE of r and s only';
    return integerProblem('r', r) ?? integerProblem('s', s);
  } catch (error) {
    if (error instanceof ProtocolViolation) return `an ECDSA signature must be DER: ${error.message}`;
    throw error;
  }
}

/** X.690 section 8.3.2: as few octets as possible; r and s are at least 1 (SEC 1 section 4.1.4). */
function integerProblem(name: string, { tag: found, content }: DerItem): string | undefined {
  const [first, second] = content;
  if (found !== tag.integer || first === undefined) return `${name} of an ECDSA signature must be an INTEGER`;
  if (first >= 0x80) return `${name} of an ECDSA signature must not be negative`;
  if (first > 0) return undefined;
  if (second === undefined) return `${name} of an ECDSA signature must not be zero`;
  return second < 0x80 ? `${name} of an ECDSA signature has a needless leading zero` : undefined;
}
