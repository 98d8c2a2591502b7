/** Defects of the credential public key, WebAuthn L3 sections 5.8.5 and 6.5.1, and RFC 9053 section 7. */
import { concat } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode, Raw } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { coseKeyLabels as label } from '#protocol/cose.ts';
import {
  appendBytes,
  deleteMember,
  dropLastBytes,
  editBytes,
  flipBits,
  setMember,
  zeroBytes,
} from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editAttestedData } from './mutators.ts';

const members = 'RFC 9053 section 7.1';
const format = 'WebAuthn L3 section 6.5.1';
const curves = 'WebAuthn L3 section 5.8.5';

/** Changes the decoded key. */
const editKey = (change: (map: CborMap) => CborValue) =>
  editAttestedData(({ credentialPublicKey }) => ({
    credentialPublicKey: encode(change(decode(credentialPublicKey) as CborMap)),
  }));
/** Changes the encoded key. */
const editEncodedKey = (change: (bytes: Uint8Array) => Uint8Array) =>
  editAttestedData(({ credentialPublicKey }) => ({ credentialPublicKey: change(credentialPublicKey) }));

export const coseKeyDefects = defectsDetectedBy('relying-party', {
  'cose.cut-off': { title: 'The key is missing its last byte', breaks: format, ...editEncodedKey(dropLastBytes(1)) },
  'cose.absent': { title: 'The key is missing', breaks: format, ...editEncodedKey(() => new Uint8Array(0)) },
  'cose.empty-map': { title: 'The key is an empty map', breaks: members, ...editKey(() => new Map()) },
  'cose.not-a-map': {
    title: 'The key is a list instead of a map',
    breaks: format,
    ...editKey((map) => [...map.values()]),
  },
  'cose.kty-missing': { title: 'kty is missing', breaks: members, ...editKey(deleteMember(label.kty)) },
  'cose.alg-missing': { title: 'alg is missing', breaks: format, ...editKey(deleteMember(label.alg)) },
  'cose.crv-missing': { title: 'crv is missing', breaks: members, ...editKey(deleteMember(label.crv)) },
  'cose.x-missing': { title: 'x is missing', breaks: members, ...editKey(deleteMember(label.x)) },
  'cose.y-missing': { title: 'y is missing', breaks: members, ...editKey(deleteMember(label.y)) },
  'cose.kty-okp': {
    title: 'kty is OKP although the key has two coordinates',
    breaks: members,
    ...editKey(setMember(label.kty, 1)),
  },
  'cose.kty-unknown': {
    title: 'kty is not a registered key type',
    breaks: members,
    ...editKey(setMember(label.kty, 99)),
  },
  'cose.alg-not-asked': {
    title: 'alg was not in the request',
    breaks: 'WebAuthn L3 section 7.1 step 20',
    ...editKey(setMember(label.alg, -47)),
  },
  'cose.alg-text': {
    title: 'alg is text instead of a number',
    breaks: format,
    ...editKey(setMember(label.alg, 'ES256')),
  },
  'cose.alg-of-hash': {
    title: 'alg is SHA-256, which is not a signature algorithm',
    breaks: format,
    ...editKey(setMember(label.alg, -16)),
  },
  'cose.crv-p384': {
    title: 'crv is P-384 although the point is on P-256',
    breaks: curves,
    ...editKey(setMember(label.crv, 2)),
  },
  'cose.crv-ed25519': {
    title: 'crv is Ed25519 although alg is ES256',
    breaks: curves,
    ...editKey(setMember(label.crv, 6)),
  },
  'cose.x-short': { title: 'x has 31 bytes', breaks: members, ...editKey(editBytes(label.x, dropLastBytes(1))) },
  'cose.x-long': { title: 'x has 33 bytes', breaks: members, ...editKey(editBytes(label.x, appendBytes(0))) },
  'cose.x-text': {
    title: 'x is text instead of bytes',
    breaks: members,
    ...editKey(setMember(label.x, 'x'.repeat(32))),
  },
  'cose.y-short': { title: 'y has 31 bytes', breaks: members, ...editKey(editBytes(label.y, dropLastBytes(1))) },
  'cose.y-sign-bit': {
    title: 'y is a sign bit, as in a compressed point',
    breaks: curves,
    ...editKey(setMember(label.y, true)),
  },
  'cose.off-curve': {
    title: 'The point is not on the curve',
    breaks: members,
    ...editKey(editBytes(label.y, flipBits(31))),
  },
  'cose.infinity': {
    title: 'Both coordinates are zero',
    breaks: members,
    ...editKey((map) => editBytes(label.y, zeroBytes)(editBytes(label.x, zeroBytes)(map))),
  },
  'cose.private-part': {
    title: 'The key contains d, the private part',
    breaks: format,
    ...editKey(setMember(-4, new Uint8Array(32).fill(1))),
  },
  'cose.key-id': {
    title: 'The key contains the optional member kid',
    breaks: format,
    ...editKey(setMember(2, new Uint8Array(4))),
  },
  'cose.unsorted': {
    title: 'The members are not in canonical order',
    breaks: 'CTAP 2.1 section 8',
    ...editKey((map) => new Raw(concat(encodeHead(map), ...encodePairs(map).reverse()))),
  },
  'cose.duplicate-member': {
    title: 'alg occurs twice',
    breaks: 'CTAP 2.1 section 8',
    ...editKey((map) => {
      const [kty = none, alg = none, ...rest] = encodePairs(map);
      return new Raw(concat(new Uint8Array([0xa0 | (map.size + 1)]), kty, alg, alg, ...rest));
    }),
  },
  'cose.indefinite': {
    title: 'The map has an indefinite length',
    breaks: 'CTAP 2.1 section 8',
    ...editKey((map) => new Raw(concat(new Uint8Array([0xbf]), ...encodePairs(map), new Uint8Array([0xff])))),
  },
});

const none = new Uint8Array(0);
const encodeHead = (map: CborMap) => new Uint8Array([0xa0 | map.size]);
const encodePairs = (map: CborMap): Uint8Array[] =>
  [...map].map(([name, value]) => concat(encode(name), encode(value)));
