/** Credential public keys: WebAuthn L3 section 5.8.5 and 7.1 step 20, RFC 9053, RFC 8230, RFC 9964. */
import { concat } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
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
import type { Change, RegistrationChange } from '../relying-party-case.ts';
import { suiteKey } from './certificates.ts';
import { accept, type BaseChanges, type Rows, refuse, registrationCases } from './define.ts';

const members = 'key.members';
const point = 'key.point';
const structure = 'auth-data.structure';
const keyBytes = (change: (bytes: Uint8Array) => Uint8Array): Change => ({
  authenticator: {
    authData: (data) =>
      data.attestedCredentialData
        ? {
            ...data,
            attestedCredentialData: {
              ...data.attestedCredentialData,
              credentialPublicKey: change(data.attestedCredentialData.credentialPublicKey),
            },
          }
        : data,
  },
});
const key = (change: (members: CborMap) => CborValue): Change =>
  keyBytes((bytes) => encode(change(decode(bytes) as CborMap)));
const set = (name: number, value: CborValue): Change => key(setMember(name, value));
const remove = (name: number): Change => key(deleteMember(name));
const edit = (name: number, change: (bytes: Uint8Array) => Uint8Array): Change => key(editBytes(name, change));
const padFront = (bytes: Uint8Array): Uint8Array => concat(new Uint8Array(1), bytes);

/** Rows for a member that is a byte string of fixed length. */
const coordinateRows = (name: string, id: number, curve: string): Rows<Change> => ({
  [`${curve}.${name}.missing`]: refuse(members, `${name} of a key on ${curve} is missing`, remove(id)),
  [`${curve}.${name}.short`]: refuse(
    members,
    `${name} of a key on ${curve} is missing its last byte`,
    edit(id, dropLastBytes(1)),
  ),
  [`${curve}.${name}.long`]: refuse(members, `${name} of a key on ${curve} has a byte more`, edit(id, appendBytes(0))),
  [`${curve}.${name}.padded`]: refuse(
    members,
    `${name} of a key on ${curve} has a leading zero more`,
    edit(id, padFront),
  ),
  [`${curve}.${name}.empty`]: refuse(
    members,
    `${name} of a key on ${curve} is empty`,
    edit(id, () => new Uint8Array()),
  ),
  [`${curve}.${name}.text`]: refuse(members, `${name} of a key on ${curve} is text`, set(id, 'x'.repeat(32))),
  [`${curve}.${name}.number`]: refuse(members, `${name} of a key on ${curve} is a number`, set(id, 1)),
});

const ec2Rows: Rows<Change> = {
  'kty.missing': refuse(members, 'kty is missing', remove(label.kty)),
  'kty.okp': refuse(members, 'kty is OKP for ES256', set(label.kty, 1)),
  'kty.rsa': refuse(members, 'kty is RSA for ES256', set(label.kty, 3)),
  'kty.symmetric': refuse(members, 'kty is Symmetric', set(label.kty, 4)),
  'kty.zero': refuse(members, 'kty is the reserved value 0', set(label.kty, 0)),
  'kty.text': refuse(members, 'kty is text', set(label.kty, 'EC2')),
  'alg.missing': refuse(members, 'alg is missing', remove(label.alg)),
  'alg.text': refuse(members, 'alg is text', set(label.alg, 'ES256')),
  'alg.null': refuse(members, 'alg is null', set(label.alg, null)),
  'alg.zero': refuse(['key.algorithm', members], 'alg is the reserved value 0', set(label.alg, 0)),
  'alg.hash': refuse(['key.algorithm', members], 'alg is SHA-256, which signs nothing', set(label.alg, -16)),
  'alg.ecdh': refuse(['key.algorithm', members], 'alg is ECDH, which signs nothing', set(label.alg, -25)),
  'alg.mac': refuse(['key.algorithm', members], 'alg is HMAC, which needs a shared secret', set(label.alg, 5)),
  'alg.positive': refuse(['key.algorithm', members], 'alg is 7 instead of -7', set(label.alg, 7)),
  'alg.rs256': refuse(members, 'alg is RS256 for a key on P-256', set(label.alg, -257)),
  'alg.eddsa': refuse(members, 'alg is EdDSA for a key on P-256', set(label.alg, -8)),
  'alg.not-requested.es384': refuse(
    'key.algorithm',
    'The key is of ES384, which was not requested',
    key(() => suiteKey('not requested', 'ES384').publicKey),
  ),
  'alg.not-requested.es256k': refuse(
    'key.algorithm',
    'The key is of ES256K, which was not requested',
    key(() => suiteKey('not requested', 'ES256K').publicKey),
  ),
  'alg.not-requested.rs1': refuse(
    'key.algorithm',
    'The key is of RS1, which was not requested',
    key(() => suiteKey('not requested', 'RS1').publicKey),
  ),
  'alg.not-requested.ps256': refuse(
    'key.algorithm',
    'The key is of PS256, which was not requested',
    key(() => suiteKey('not requested', 'PS256').publicKey),
  ),
  'crv.missing': refuse(members, 'crv is missing', remove(label.crv)),
  'crv.p384': refuse(members, 'crv is P-384 for ES256', set(label.crv, 2)),
  'crv.p521': refuse(members, 'crv is P-521 for ES256', set(label.crv, 3)),
  'crv.secp256k1': refuse(members, 'crv is secp256k1 for ES256', set(label.crv, 8)),
  'crv.ed25519': refuse(members, 'crv is Ed25519 for ES256', set(label.crv, 6)),
  'crv.text': refuse(members, 'crv is text', set(label.crv, 'P-256')),
  'crv.zero': refuse(members, 'crv is the reserved value 0', set(label.crv, 0)),
  ...coordinateRows('x', label.x, 'P-256'),
  ...coordinateRows('y', label.y, 'P-256'),
  'y.true': refuse(members, 'y is true: the point is compressed', set(label.y, true)),
  'y.false': refuse(members, 'y is false: the point is compressed', set(label.y, false)),
  'point.y-bit': refuse(point, 'One bit of y differs: the point is not on the curve', edit(label.y, flipBits(-1))),
  'point.x-bit': refuse(point, 'One bit of x differs: the point is not on the curve', edit(label.x, flipBits(-1))),
  'point.infinity': refuse(
    point,
    'x and y are zero',
    key((all) => editBytes(label.y, zeroBytes)(editBytes(label.x, zeroBytes)(all))),
  ),
  'point.x-zero': refuse(point, 'x is zero', edit(label.x, zeroBytes)),
  'point.y-zero': refuse(point, 'y is zero', edit(label.y, zeroBytes)),
  'point.x-maximum': refuse(
    point,
    'x is above the field',
    edit(label.x, (bytes) => new Uint8Array(bytes.length).fill(0xff)),
  ),
  'point.y-maximum': refuse(
    point,
    'y is above the field',
    edit(label.y, (bytes) => new Uint8Array(bytes.length).fill(0xff)),
  ),
  'point.swapped': refuse(
    point,
    'x and y are swapped',
    key((all) => new Map(all).set(label.x, all.get(label.y) ?? 0).set(label.y, all.get(label.x) ?? 0)),
  ),
  'member.private': refuse(members, 'The private key is a member', set(-4, new Uint8Array(32).fill(7))),
  'member.kid': refuse(members, 'kid is a member', set(2, new Uint8Array(4))),
  'member.key-ops': refuse(members, 'key_ops is a member', set(4, [2])),
  'member.base-iv': refuse(members, 'Base IV is a member', set(5, new Uint8Array(8))),
  'member.unknown': refuse(members, 'An unknown label is a member', set(-70000, 1)),
  'member.text': refuse(
    members,
    'A label that is text is a member',
    key((all) => new Map(all).set('kty', 2)),
  ),
};

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
  'encoding.indefinite': refuse(
    structure,
    'The map has indefinite length',
    keyBytes((bytes) => concat(Uint8Array.of(0xbf), bytes.subarray(1), Uint8Array.of(0xff))),
  ),
  'encoding.long-head': refuse(
    structure,
    'The number of members is not in its shortest form',
    keyBytes((bytes) => concat(Uint8Array.of(0xb8, 5), bytes.subarray(1))),
  ),
  'encoding.order': refuse(
    structure,
    'alg precedes kty',
    keyBytes((bytes) => concat(bytes.subarray(0, 1), bytes.subarray(3, 5), bytes.subarray(1, 3), bytes.subarray(5))),
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
  'Ed25519.zero': refuse(point, 'x is a point of small order: zero', edit(label.x, zeroBytes)),
  'Ed25519.neutral': refuse(
    point,
    'x is the neutral element',
    edit(label.x, () => concat(Uint8Array.of(1), new Uint8Array(31))),
  ),
  'Ed25519.not-canonical': refuse(
    point,
    'x is not below the field',
    edit(label.x, () => concat(new Uint8Array(31).fill(0xff), Uint8Array.of(0x7f))),
  ),
};

const rsa: BaseChanges = { algorithm: 'RS256' };
const rsaRows: Rows<Change> = {
  'RSA.n.missing': refuse(members, 'n is missing', remove(label.n)),
  'RSA.n.empty': refuse(
    members,
    'n is empty',
    edit(label.n, () => new Uint8Array()),
  ),
  'RSA.n.padded': refuse(members, 'n has a leading zero', edit(label.n, padFront)),
  'RSA.n.even': refuse(
    members,
    'n is even',
    edit(label.n, (bytes) => bytes.with(-1, 0)),
  ),
  'RSA.n.1024': refuse(
    members,
    'n has 1024 bits',
    edit(label.n, (bytes) => bytes.slice(-128).with(0, 0xc1)),
  ),
  'RSA.n.2047': refuse(
    members,
    'n has 2047 bits',
    edit(label.n, (bytes) => bytes.with(0, 0x41)),
  ),
  'RSA.n.16384': refuse(
    members,
    'n has 16384 bits',
    edit(label.n, (bytes) => concat(...new Array<Uint8Array>(8).fill(bytes))),
  ),
  'RSA.n.text': refuse(members, 'n is text', set(label.n, 'modulus')),
  'RSA.n.number': refuse(members, 'n is a number', set(label.n, 3)),
  'RSA.e.missing': refuse(members, 'e is missing', remove(label.e)),
  'RSA.e.number': refuse(members, 'e is the number 65537', set(label.e, 65537)),
  'RSA.e.empty': refuse(
    members,
    'e is empty',
    edit(label.e, () => new Uint8Array()),
  ),
  'RSA.e.zero': refuse(
    members,
    'e is zero',
    edit(label.e, () => new Uint8Array(1)),
  ),
  'RSA.e.one': refuse(
    members,
    'e is 1: every signature is its message',
    edit(label.e, () => Uint8Array.of(1)),
  ),
  'RSA.e.even': refuse(
    members,
    'e is even',
    edit(label.e, () => Uint8Array.of(1, 0, 0)),
  ),
  'RSA.e.padded': refuse(members, 'e has a leading zero', edit(label.e, padFront)),
  'RSA.e.negative-label': refuse(
    members,
    'e has the label of y',
    key((all) => new Map([...all].map(([name, value]) => [name === label.e ? label.y : name, value]))),
  ),
  'RSA.private': refuse(members, 'The private exponent is a member', set(-3, new Uint8Array(256).fill(3))),
  'RSA.kty-ec2': refuse(members, 'kty is EC2 for RS256', set(label.kty, 2)),
  'RSA.control-e-3': accept(
    'e is 3',
    edit(label.e, () => Uint8Array.of(3)),
  ),
  'RSA.control-e-large': accept(
    'e has four bytes',
    edit(label.e, () => Uint8Array.of(0x80, 0, 0, 1)),
  ),
};

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
