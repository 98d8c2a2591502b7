/** Wrong encodings of an ECDSA signature: WebAuthn L3 section 6.5.5, RFC 3279 section 2.2.3. */
import { concat } from '#base/bytes.ts';
import * as der from '#protocol/der.ts';
import { appendBytes, dropLastBytes } from '#protocol/edits.ts';
import { readIntegers } from '../ecdsa-lengths.ts';
import type { Change } from '../relying-party-case.ts';
import type { RuleId } from '../rules.ts';
import { type Rows, refuse } from './define.ts';

const rawInteger = (content: Uint8Array): Uint8Array => concat(Uint8Array.of(0x02, content.length), content);
/** 32 bytes, whether or not the integer has a leading zero: the outcome of a case must not depend on chance. */
const fixed = (content: Uint8Array): Uint8Array => concat(new Uint8Array(32), content).slice(-32);
const integers = (change: (r: Uint8Array, s: Uint8Array) => Uint8Array) => (signature: Uint8Array) =>
  change(...readIntegers(signature));

type Apply<C> = (change: (signature: Uint8Array) => Uint8Array) => C;

/** The sequence that contains r and s. */
const sequenceRows = <C extends Change>(encoding: readonly RuleId[], apply: Apply<C>): Rows<C> => ({
  'ecdsa.trailing': refuse(encoding, 'A byte follows the signature', apply(appendBytes(0))),
  'ecdsa.cut-off': refuse(encoding, 'The signature is missing its last byte', apply(dropLastBytes(1))),
  'ecdsa.raw': refuse(
    encoding,
    'The signature is r and s without DER',
    apply(integers((r, s) => concat(fixed(r), fixed(s)))),
  ),
  'ecdsa.long-length': refuse(
    encoding,
    'The length is not in its shortest form',
    apply((all) => concat(all.subarray(0, 1), Uint8Array.of(0x81), all.subarray(1))),
  ),
  'ecdsa.indefinite': refuse(
    encoding,
    'The length is indefinite',
    apply((all) => concat(Uint8Array.of(0x30, 0x80), all.subarray(2), new Uint8Array(2))),
  ),
});

/** The contents of the sequence. */
const integerRows = <C extends Change>(encoding: readonly RuleId[], apply: Apply<C>): Rows<C> => ({
  'ecdsa.padded-r': refuse(
    encoding,
    'r has an unnecessary leading zero',
    apply(integers((r, s) => der.sequence(rawInteger(concat(new Uint8Array(2), r)), rawInteger(s)))),
  ),
  'ecdsa.padded-s': refuse(
    encoding,
    's has an unnecessary leading zero',
    apply(integers((r, s) => der.sequence(rawInteger(r), rawInteger(concat(new Uint8Array(2), s))))),
  ),
  'ecdsa.negative-r': refuse(
    encoding,
    'r is negative',
    apply(integers((r, s) => der.sequence(rawInteger(concat(Uint8Array.of(0xff), fixed(r))), rawInteger(s)))),
  ),
  'ecdsa.zero-r': refuse(encoding, 'r is zero', apply(integers((_, s) => der.sequence(der.integer(0), rawInteger(s))))),
  'ecdsa.zero-s': refuse(encoding, 's is zero', apply(integers((r) => der.sequence(rawInteger(r), der.integer(0))))),
  'ecdsa.three-integers': refuse(
    encoding,
    'A third integer follows s',
    apply(integers((r, s) => der.sequence(rawInteger(r), rawInteger(s), der.integer(1)))),
  ),
  'ecdsa.one-integer': refuse(encoding, 's is missing', apply(integers((r) => der.sequence(rawInteger(r))))),
  'ecdsa.octet-strings': refuse(
    encoding,
    'r and s are octet strings',
    apply(integers((r, s) => der.sequence(der.octetString(fixed(r)), der.octetString(fixed(s))))),
  ),
  'ecdsa.set': refuse(
    encoding,
    'The signature is a set',
    apply((all) => concat(Uint8Array.of(0x31), all.subarray(1))),
  ),
  'ecdsa.empty-sequence': refuse(
    encoding,
    'The signature is an empty sequence',
    apply(() => der.sequence()),
  ),
});

/**
 * Returns a row for each wrong encoding; `apply` returns the change that applies the function to the signature. The rule about the
 * signature itself also requires the refusal, because verifiers such as OpenSSL read DER only.
 */
export const ecdsaEncodings = <C extends Change>(signatureRule: RuleId, apply: Apply<C>): Rows<C> => {
  const encoding: readonly RuleId[] = ['statement.ecdsa-encoding', signatureRule];
  return { ...sequenceRows(encoding, apply), ...integerRows(encoding, apply) };
};
