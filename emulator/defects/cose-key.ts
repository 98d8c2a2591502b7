/** The credential public key, WebAuthn L3 sections 5.8.5 and 6.5.1, and RFC 9053 section 7. */
import { concat } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode, Raw } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { coseKeyLabels as label } from '#protocol/cose.ts';
import { trying } from './defect.ts';
import { append, bytesOf, drop, flip, inAttested, put, shorten, zeros } from './mutators.ts';

const members = 'RFC 9053 section 7.1';
const format = 'WebAuthn L3 section 6.5.1';
const curves = 'WebAuthn L3 section 5.8.5';

/** Changes the key as a map, or as encoded. */
const key = (change: (map: CborMap) => CborValue) =>
  inAttested(({ credentialPublicKey }) => ({
    credentialPublicKey: encode(change(decode(credentialPublicKey) as CborMap)),
  }));
const encoded = (change: (bytes: Uint8Array) => Uint8Array) =>
  inAttested(({ credentialPublicKey }) => ({ credentialPublicKey: change(credentialPublicKey) }));

export const coseKeyDefects = trying('relying-party', {
  'cose.cut-off': { title: 'The key lacks its last byte', breaks: format, ...encoded(shorten(1)) },
  'cose.absent': { title: 'There is no key', breaks: format, ...encoded(() => new Uint8Array(0)) },
  'cose.empty-map': { title: 'The key is an empty map', breaks: members, ...key(() => new Map()) },
  'cose.not-a-map': { title: 'The key is a list', breaks: format, ...key((map) => [...map.values()]) },
  'cose.kty-missing': { title: 'kty is missing', breaks: members, ...key(drop(label.kty)) },
  'cose.alg-missing': { title: 'alg is missing', breaks: format, ...key(drop(label.alg)) },
  'cose.crv-missing': { title: 'crv is missing', breaks: members, ...key(drop(label.crv)) },
  'cose.x-missing': { title: 'x is missing', breaks: members, ...key(drop(label.x)) },
  'cose.y-missing': { title: 'y is missing', breaks: members, ...key(drop(label.y)) },
  'cose.kty-okp': { title: 'kty is OKP for a key with two coordinates', breaks: members, ...key(put(label.kty, 1)) },
  'cose.kty-unknown': { title: 'kty is of no registry', breaks: members, ...key(put(label.kty, 99)) },
  'cose.alg-not-asked': {
    title: 'alg is one that nobody asked for',
    breaks: 'WebAuthn L3 section 7.1 step 20',
    ...key(put(label.alg, -47)),
  },
  'cose.alg-text': { title: 'alg is text', breaks: format, ...key(put(label.alg, 'ES256')) },
  'cose.alg-of-hash': { title: 'alg is SHA-256, no signature', breaks: format, ...key(put(label.alg, -16)) },
  'cose.crv-p384': { title: 'crv is P-384 for a P-256 point', breaks: curves, ...key(put(label.crv, 2)) },
  'cose.crv-ed25519': { title: 'crv is Ed25519 for ES256', breaks: curves, ...key(put(label.crv, 6)) },
  'cose.x-short': { title: 'x has 31 bytes', breaks: members, ...key(bytesOf(label.x, shorten(1))) },
  'cose.x-long': { title: 'x has 33 bytes', breaks: members, ...key(bytesOf(label.x, append(0))) },
  'cose.x-text': { title: 'x is text', breaks: members, ...key(put(label.x, 'x'.repeat(32))) },
  'cose.y-short': { title: 'y has 31 bytes', breaks: members, ...key(bytesOf(label.y, shorten(1))) },
  'cose.y-sign-bit': { title: 'y is a sign bit: a compressed point', breaks: curves, ...key(put(label.y, true)) },
  'cose.off-curve': { title: 'The point is not on the curve', breaks: members, ...key(bytesOf(label.y, flip(31))) },
  'cose.infinity': {
    title: 'Both coordinates are zero',
    breaks: members,
    ...key((map) => bytesOf(label.y, zeros)(bytesOf(label.x, zeros)(map))),
  },
  'cose.private-part': {
    title: 'The key carries d, the private part',
    breaks: format,
    ...key(put(-4, new Uint8Array(32).fill(1))),
  },
  'cose.key-id': {
    title: 'The key carries the optional member kid',
    breaks: format,
    ...key(put(2, new Uint8Array(4))),
  },
  'cose.unsorted': {
    title: 'The members are not in canonical order',
    breaks: 'CTAP 2.1 section 8',
    ...key((map) => new Raw(concat(head(map), ...pairs(map).reverse()))),
  },
  'cose.duplicate-member': {
    title: 'alg stands there twice',
    breaks: 'CTAP 2.1 section 8',
    ...key((map) => {
      const [kty, alg, ...rest] = pairs(map);
      return new Raw(concat(new Uint8Array([0xa0 | (map.size + 1)]), kty!, alg!, alg!, ...rest));
    }),
  },
  'cose.indefinite': {
    title: 'The map has no definite length',
    breaks: 'CTAP 2.1 section 8',
    ...key((map) => new Raw(concat(new Uint8Array([0xbf]), ...pairs(map), new Uint8Array([0xff])))),
  },
});

const head = (map: CborMap) => new Uint8Array([0xa0 | map.size]);
const pairs = (map: CborMap): Uint8Array[] => [...map].map(([name, value]) => concat(encode(name), encode(value)));
