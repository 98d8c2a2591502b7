/** Attestation and assertion signatures: their encoding, and what they are made over. */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { integer, sequence } from '#protocol/der.ts';
import { trying } from './defect.ts';
import { append, bytesOf, flip, inAnswer, shorten, zeros } from './mutators.ts';

const encoding = 'WebAuthn L3 section 6.5.5';
const content = 'WebAuthn L3 section 6.5.4 and 8.2';

type Part = Uint8Array;
/** Takes an ECDSA signature apart, r and s as DER holds them; any other signature loses its last bit instead. */
const ecdsa = (change: (r: Part, s: Part) => Uint8Array) => ({
  signature(signature: Uint8Array) {
    if (signature[0] !== 0x30) return flip(-1)(signature);
    const rEnd = 4 + signature[3]!;
    return change(signature.slice(4, rEnd), signature.slice(rEnd + 2));
  },
});
/** A number in 32 bytes. */
function fixed(number: Part): Uint8Array {
  const digits = number.subarray(Math.max(0, number.length - 32));
  return concat(new Uint8Array(32 - digits.length), digits);
}
const rawInteger = (number: Part) => concat(new Uint8Array([0x02, number.length]), number);

export const signatureDefects = {
  ...trying('relying-party', {
    'signature.zero': { title: 'Signatures are all zero bytes', breaks: encoding, signature: zeros },
    'signature.empty': { title: 'Signatures have no bytes', breaks: encoding, signature: () => new Uint8Array(0) },
    'signature.cut-off': { title: 'Signatures lack their last byte', breaks: encoding, signature: shorten(1) },
    'signature.bit-flipped': { title: 'One bit of every signature is wrong', breaks: content, signature: flip(-1) },
    'signature.raw': {
      title: 'ECDSA signatures are r and s side by side instead of DER',
      breaks: encoding,
      ...ecdsa((r, s) => concat(fixed(r), fixed(s))),
    },
    'signature.der-padded': {
      title: 'r has a needless leading zero',
      breaks: encoding,
      ...ecdsa((r, s) => sequence(rawInteger(concat(new Uint8Array(2), r)), rawInteger(s))),
    },
    'signature.r-zero': {
      title: 'r is zero',
      breaks: encoding,
      ...ecdsa((_, s) => sequence(integer(0), rawInteger(s))),
    },
    'signature.s-zero': {
      title: 's is zero',
      breaks: encoding,
      ...ecdsa((r) => sequence(rawInteger(r), integer(0))),
    },
    'signature.r-and-s-swapped': {
      title: 'r and s have changed places',
      breaks: encoding,
      ...ecdsa((r, s) => sequence(rawInteger(s), rawInteger(r))),
    },
    'signature.other-challenge': {
      title: 'Signs another clientDataHash than the one it was given',
      breaks: content,
      clientDataHash: (hash) => sha256(hash),
    },
    'signature.no-challenge': {
      title: 'Signs authenticator data without clientDataHash',
      breaks: content,
      clientDataHash: () => new Uint8Array(0),
    },
    'signature.other-auth-data': {
      title: 'Authenticator data changes after it was signed',
      breaks: content,
      ...inAnswer('authenticatorMakeCredential', bytesOf(0x02, flip(33, 0x40))),
    },
    'signature.zero-at-sign-in': {
      title: 'Attestation is signed, assertions are not',
      breaks: 'WebAuthn L3 section 6.3.3',
      ...inAnswer('authenticatorGetAssertion', bytesOf(0x03, zeros)),
    },
    'signature.other-auth-data-at-sign-in': {
      title: 'Authenticator data of an assertion changes after it was signed',
      breaks: 'WebAuthn L3 section 6.3.3',
      ...inAnswer('authenticatorGetAssertion', bytesOf(0x02, flip(33, 0x40))),
    },
  }),
  /** Many relying parties read DER with forbearance (ours does not), so only a suite can insist. */
  ...trying('suite', {
    'signature.trailing-byte': { title: 'A byte follows every signature', breaks: encoding, signature: append(0) },
    'signature.der-long-length': {
      title: 'The length of the DER sequence is not in its shortest form',
      breaks: encoding,
      signature: (bytes) => concat(bytes.subarray(0, 1), new Uint8Array([0x81]), bytes.subarray(1)),
    },
  }),
};
