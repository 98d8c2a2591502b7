/** Attestation format apple: WebAuthn L3 section 8.8. */
import { sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import { appendBytes, deleteMember, editBytes, flipBits, setMember } from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import {
  addExtension,
  certificate,
  chain,
  editExtension,
  expired,
  extension,
  oid,
  removeExtension,
  statement,
  suiteKey,
} from './certificates.ts';
import { accept, breaksForm, mayAccept, type Rows, refuse, registrationCases, withoutTrust } from './define.ts';

const appleRows: Rows<RegistrationChange> = {
  'x5c.missing': refuse('apple.members', 'x5c is missing', statement(deleteMember('x5c')), withoutTrust),
  'x5c.empty': refuse('statement.certificates', 'x5c is empty', statement(setMember('x5c', []))),
  'member.alg': mayAccept(
    'Section 8.8 has x5c only, but devices of Apple have sent alg, too',
    refuse('apple.members', 'alg is a member', statement(setMember('alg', -7))),
  ),
  'member.more': refuse('apple.members', 'There is a member more', statement(setMember('more', 1))),
  'nonce.missing': refuse('apple.nonce', 'The nonce extension is missing', removeExtension(oid.appleNonce)),
  'nonce.bit': refuse(
    'apple.nonce',
    'One bit of the nonce differs',
    editExtension(oid.appleNonce, ({ value }) => ({ value: flipBits(-1)(value) })),
  ),
  'nonce.unwrapped': breaksForm(
    refuse(
      'apple.nonce',
      'The nonce is not wrapped in a sequence',
      editExtension(oid.appleNonce, ({ value }) => ({ value: value.slice(2) })),
    ),
  ),
  'nonce.other-tag': breaksForm(
    refuse(
      'apple.nonce',
      'The nonce has the tag 2',
      editExtension(oid.appleNonce, ({ value }) => ({ value: value.with(2, 0xa2) })),
    ),
  ),
  'nonce.short': refuse(
    'apple.nonce',
    'The nonce has 31 bytes',
    editExtension(oid.appleNonce, ({ value }) => ({
      value: der.sequence(der.contextSpecific(1, der.octetString(value.slice(-31)))),
    })),
  ),
  'nonce.trailing': breaksForm(
    refuse(
      'apple.nonce',
      'A byte follows the nonce extension',
      editExtension(oid.appleNonce, ({ value }) => ({ value: appendBytes(0)(value) })),
    ),
  ),
  'nonce.other-client-data': refuse('apple.nonce', 'The nonce is made with the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'nonce.auth-data-after': refuse<RegistrationChange>(
    'apple.nonce',
    'The counter changes after the nonce was certified',
    { attestationObject: editBytes('authData', flipBits(33, 0x40)) },
  ),
  'key.other': refuse(
    'apple.credential-key',
    'The certificate has another key',
    certificate(() => ({ spki: suiteKey('other').spki })),
  ),
  'key.other-type': refuse(
    'apple.credential-key',
    'The certificate has an RSA key',
    certificate(() => ({ spki: suiteKey('other', 'RS256').spki })),
  ),
  'certificate.expired': refuse(
    'path.date',
    'The certificate has expired',
    certificate(() => expired),
  ),
  'certificate.critical': refuse(
    'leaf.critical-extension',
    'The certificate has an unknown critical extension',
    addExtension(extension(oid.unknown, true)),
  ),
  'control.valid': accept('The statement is valid', {}),
};

export const appleCases = [
  ...registrationCases('apple', { attestation: 'apple' }, appleRows),
  ...registrationCases(
    'apple',
    { attestation: 'apple' },
    {
      'anchor.unknown': refuse(
        ['path.anchor', 'apple.nonce', 'apple.credential-key'],
        'The certificate leads to an unknown root, and is not about the credential',
        chain((one) => [one.leaf(one.untrustedRoot('Unknown root'))]),
      ),
    },
  ),
];
