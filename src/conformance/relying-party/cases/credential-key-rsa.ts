/** Credential public keys of RSA: RFC 8230 section 4. */
import { concat } from '#base/bytes.ts';
import { coseKeyLabels as label } from '#protocol/cose.ts';
import type { Change } from '../relying-party-case.ts';
import { edit, key, members, padFront, remove, set } from './credential-key-edits.ts';
import { accept, mayAccept, type Rows, refuse } from './define.ts';

export const rsaRows: Rows<Change> = {
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
  'RSA.n.16384': mayAccept(
    'RFC 8230 sets no maximum, and lets an application set one',
    refuse(
      members,
      'n has 16384 bits',
      edit(label.n, (bytes) => concat(...new Array<Uint8Array>(8).fill(bytes))),
    ),
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
