/** Defects of attestation and assertion signatures: their encoding and the signed data. */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { integer, sequence } from '#protocol/der.ts';
import { appendBytes, dropLastBytes, editBytes, flipBits, zeroBytes } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse } from './mutators.ts';

const encoding = 'WebAuthn L3 section 6.5.5';
const content = 'WebAuthn L3 section 6.5.4 and 8.2';

/** Changes r and s (contents of the DER INTEGERs) of an ECDSA signature. Of any other signature it inverts the last bit. */
const editEcdsa = (change: (r: Uint8Array, s: Uint8Array) => Uint8Array) => ({
  signature(signature: Uint8Array) {
    if (signature[0] !== 0x30) return flipBits(-1)(signature);
    const rEnd = 4 + signature[3]!;
    return change(signature.slice(4, rEnd), signature.slice(rEnd + 2));
  },
});
/** Returns a DER integer as 32 bytes, big-endian. */
function toFixedLength(number: Uint8Array): Uint8Array {
  const digits = number.subarray(Math.max(0, number.length - 32));
  return concat(new Uint8Array(32 - digits.length), digits);
}
/** Encodes a DER INTEGER without normalizing its content. */
const encodeRawInteger = (number: Uint8Array) => concat(new Uint8Array([0x02, number.length]), number);

export const signatureDefects = {
  ...defectsDetectedBy('relying-party', {
    'signature.zero': { title: 'Signatures are all zero bytes', breaks: encoding, signature: zeroBytes },
    'signature.empty': { title: 'Signatures have no bytes', breaks: encoding, signature: () => new Uint8Array(0) },
    'signature.cut-off': {
      title: 'Signatures are missing their last byte',
      breaks: encoding,
      signature: dropLastBytes(1),
    },
    'signature.bit-flipped': { title: 'One bit of every signature is wrong', breaks: content, signature: flipBits(-1) },
    'signature.raw': {
      title: 'ECDSA signatures are r and s concatenated instead of DER',
      breaks: encoding,
      ...editEcdsa((r, s) => concat(toFixedLength(r), toFixedLength(s))),
    },
    'signature.der-padded': {
      title: 'r has an unnecessary leading zero',
      breaks: encoding,
      ...editEcdsa((r, s) => sequence(encodeRawInteger(concat(new Uint8Array(2), r)), encodeRawInteger(s))),
    },
    'signature.r-zero': {
      title: 'r is zero',
      breaks: encoding,
      ...editEcdsa((_, s) => sequence(integer(0), encodeRawInteger(s))),
    },
    'signature.s-zero': {
      title: 's is zero',
      breaks: encoding,
      ...editEcdsa((r) => sequence(encodeRawInteger(r), integer(0))),
    },
    'signature.r-and-s-swapped': {
      title: 'r and s are swapped',
      breaks: encoding,
      ...editEcdsa((r, s) => sequence(encodeRawInteger(s), encodeRawInteger(r))),
    },
    'signature.other-challenge': {
      title: 'The signature covers another clientDataHash than the one in the request',
      breaks: content,
      clientDataHash: (hash) => sha256(hash),
    },
    'signature.no-challenge': {
      title: 'The signature covers authenticator data without clientDataHash',
      breaks: content,
      clientDataHash: () => new Uint8Array(0),
    },
    'signature.other-auth-data': {
      title: 'Authenticator data changes after it was signed',
      breaks: content,
      ...editResponse('authenticatorMakeCredential', editBytes(0x02, flipBits(33, 0x40))),
    },
    'signature.zero-at-sign-in': {
      title: 'Attestation signatures are valid, assertion signatures are all zero bytes',
      breaks: 'WebAuthn L3 section 6.3.3',
      ...editResponse('authenticatorGetAssertion', editBytes(0x03, zeroBytes)),
    },
    'signature.other-auth-data-at-sign-in': {
      title: 'Authenticator data of an assertion changes after it was signed',
      breaks: 'WebAuthn L3 section 6.3.3',
      ...editResponse('authenticatorGetAssertion', editBytes(0x02, flipBits(33, 0x40))),
    },
  }),
  /** Many relying parties accept such DER (ours does not), so only a conformance suite must detect it. */
  ...defectsDetectedBy('suite', {
    'signature.trailing-byte': {
      title: 'An extra byte follows every signature',
      breaks: encoding,
      signature: appendBytes(0),
    },
    'signature.der-long-length': {
      title: 'The length of the DER sequence is not in its shortest form',
      breaks: encoding,
      signature: (bytes) => concat(bytes.subarray(0, 1), new Uint8Array([0x81]), bytes.subarray(1)),
    },
  }),
};
