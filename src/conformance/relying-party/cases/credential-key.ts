/** Credential public keys: WebAuthn L3 section 5.8.5 and 7.1 step 20, RFC 9053, RFC 8230, RFC 9964. */
import { concat } from '#base/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import { coseKeyLabels as label } from '#protocol/cose.ts';
import { appendBytes, dropLastBytes, zeroBytes } from '#protocol/edits.ts';
import type { Change, RegistrationChange } from '../relying-party-case.ts';
import { suiteKey } from './certificates.ts';
import { ec2Rows } from './credential-key-ec2.ts';
import { coordinateRows, edit, key, keyBytes, members, point, remove, set, structure } from './credential-key-edits.ts';
import { rsaRows } from './credential-key-rsa.ts';
import { type BaseChanges, mayAccept, type Rows, refuse, registrationCases } from './define.ts';

const isCanonical = 'Authenticators use the canonical form of CTAP2, but no step asks a relying party to check it';
const mayBeSmall = 'RFC 8032 does not exclude points of small order';

const encodingRows: Rows<Change> = {
  'encoding.empty-map': refuse(
    members,
    'The key is an empty map',
    key(() => new Map()),
  ),
  'encoding.list': refuse(
    structure,
    'The key is a list',
    key((all) => [...all.values()]),
  ),
  'encoding.bytes': refuse(
    structure,
    'The key is a byte string that contains the map',
    keyBytes((bytes) => encode(bytes)),
  ),
  'encoding.text': refuse(
    structure,
    'The key is text',
    key(() => 'key'),
  ),
  'encoding.null': refuse(
    structure,
    'The key is null',
    key(() => null),
  ),
  'encoding.absent': refuse(
    structure,
    'The key is absent',
    keyBytes(() => new Uint8Array()),
  ),
  'encoding.cut-off': refuse(structure, 'The key is cut off', keyBytes(dropLastBytes(1))),
  'encoding.indefinite': mayAccept(
    isCanonical,
    refuse(
      structure,
      'The map has indefinite length',
      keyBytes((bytes) => concat(Uint8Array.of(0xbf), bytes.subarray(1), Uint8Array.of(0xff))),
    ),
  ),
  'encoding.long-head': mayAccept(
    isCanonical,
    refuse(
      structure,
      'The number of members is not in its shortest form',
      keyBytes((bytes) => concat(Uint8Array.of(0xb8, 5), bytes.subarray(1))),
    ),
  ),
  'encoding.order': mayAccept(
    isCanonical,
    refuse(
      structure,
      'alg precedes kty',
      keyBytes((bytes) => concat(bytes.subarray(0, 1), bytes.subarray(3, 5), bytes.subarray(1, 3), bytes.subarray(5))),
    ),
  ),
  'encoding.duplicate': refuse(
    structure,
    'kty occurs twice',
    keyBytes((bytes) => concat(Uint8Array.of(0xa6), bytes.subarray(1, 3), bytes.subarray(1))),
  ),
  'encoding.der': refuse(
    structure,
    'The key is a SubjectPublicKeyInfo in DER',
    keyBytes(() => suiteKey('DER').spki),
  ),
  'encoding.raw-point': refuse(
    structure,
    'The key is an uncompressed point',
    keyBytes(() => suiteKey('DER').spki.slice(-65)),
  ),
};

const okp: BaseChanges = { algorithm: 'EdDSA' };
const okpRows: Rows<Change> = {
  ...coordinateRows('x', label.x, 'Ed25519'),
  'Ed25519.y': refuse(members, 'A key on Ed25519 has y', set(label.y, new Uint8Array(32))),
  'Ed25519.crv-x25519': refuse(members, 'crv is X25519 for EdDSA', set(label.crv, 4)),
  'Ed25519.crv-ed448': refuse(members, 'crv is Ed448 with 32 bytes in x', set(label.crv, 7)),
  'Ed25519.kty-ec2': refuse(members, 'kty is EC2 for EdDSA', set(label.kty, 2)),
  'Ed25519.not-a-point': refuse(
    point,
    'x is not a point',
    edit(label.x, () => concat(Uint8Array.of(2), new Uint8Array(31))),
  ),
  'Ed25519.zero': mayAccept(mayBeSmall, refuse(point, 'x is a point of small order: zero', edit(label.x, zeroBytes))),
  'Ed25519.neutral': mayAccept(
    mayBeSmall,
    refuse(
      point,
      'x is the neutral element',
      edit(label.x, () => concat(Uint8Array.of(1), new Uint8Array(31))),
    ),
  ),
  'Ed25519.not-canonical': refuse(
    point,
    'x is not below the field',
    edit(label.x, () => concat(new Uint8Array(31).fill(0xff), Uint8Array.of(0x7f))),
  ),
};

const rsa: BaseChanges = { algorithm: 'RS256' };

const akp: BaseChanges = { algorithm: 'ML-DSA-44' };
const akpRows: Rows<Change> = {
  'ML-DSA-44.pub.missing': refuse(members, 'pub of ML-DSA-44 is missing', remove(label.pub)),
  'ML-DSA-44.pub.short': refuse(
    members,
    'pub of ML-DSA-44 is missing its last byte',
    edit(label.pub, dropLastBytes(1)),
  ),
  'ML-DSA-44.pub.long': refuse(members, 'pub of ML-DSA-44 has a byte more', edit(label.pub, appendBytes(0))),
  'ML-DSA-44.pub.text': refuse(members, 'pub of ML-DSA-44 is text', set(label.pub, 'pub')),
  'ML-DSA-44.kty-okp': refuse(members, 'kty is OKP for ML-DSA-44', set(label.kty, 1)),
  'ML-DSA-44.private': refuse(members, 'The seed is a member', set(-2, new Uint8Array(32).fill(5))),
};

const rowsOf = (rows: Rows<Change>, base: BaseChanges = {}) =>
  registrationCases('credential-key', base, rows as Rows<RegistrationChange>);

export const credentialKeyCases = [
  ...rowsOf({ ...ec2Rows, ...encodingRows }),
  ...rowsOf(okpRows, okp),
  ...rowsOf(rsaRows, rsa),
  ...rowsOf(akpRows, akp),
];
