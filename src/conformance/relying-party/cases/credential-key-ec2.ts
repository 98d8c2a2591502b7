/** Credential public keys on P-256: WebAuthn L3 section 5.8.5, RFC 9053 sections 2.1 and 7.1. */
import { coseKeyLabels as label } from '#protocol/cose.ts';
import { editBytes, flipBits, zeroBytes } from '#protocol/edits.ts';
import type { Change } from '../relying-party-case.ts';
import { suiteKey } from './certificates.ts';
import { coordinateRows, edit, key, members, point, remove, set } from './credential-key-edits.ts';
import { type Rows, refuse } from './define.ts';

export const ec2Rows: Rows<Change> = {
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
