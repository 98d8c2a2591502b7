/** Statements of the format tpm: WebAuthn L3 section 8.3; structures of the TPM 2.0 Library, part 2. */
import { concat, uint } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import {
  appendBytes,
  deleteMember,
  dropLastBytes,
  editBytes,
  flipBits,
  setMember,
  zeroBytes,
} from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { chain, statement, suiteKey } from './certificates.ts';
import { namesOtherAlgorithm, type Rows, refuse } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';
import { certInfo, extraDataAt, members, nameAt, nameDigestAt, pubArea, setAt, structure } from './tpm-edits.ts';

export const statementRows: Rows<RegistrationChange> = {
  'ver.missing': refuse([members, 'tpm.version'], 'ver is missing', statement(deleteMember('ver'))),
  'ver.1.2': refuse('tpm.version', 'ver is 1.2', statement(setMember('ver', '1.2'))),
  'ver.number': refuse('tpm.version', 'ver is a number', statement(setMember('ver', 2))),
  'ver.empty': refuse('tpm.version', 'ver is empty', statement(setMember('ver', ''))),
  'alg.missing': refuse([members, 'tpm.signature'], 'alg is missing', statement(deleteMember('alg'))),
  'alg.text': namesOtherAlgorithm(refuse('tpm.signature', 'alg is text', statement(setMember('alg', 'ES256')))),
  'alg.rs256': namesOtherAlgorithm(
    refuse('tpm.signature', 'alg is RS256 for a P-256 certificate', statement(setMember('alg', -257))),
  ),
  'alg.unknown': namesOtherAlgorithm(refuse('tpm.signature', 'alg is unknown', statement(setMember('alg', -65000)))),
  'sig.missing': refuse([members, 'tpm.signature'], 'sig is missing', statement(deleteMember('sig'))),
  'sig.bit': refuse('tpm.signature', 'One bit of sig differs', { authenticator: { signature: flipBits(-1) } }),
  'sig.text': refuse('tpm.signature', 'sig is text', statement(setMember('sig', 'sig'))),
  'sig.other-key': refuse(
    'tpm.signature',
    'sig is made with another key',
    statement((all) => setMember('sig', suiteKey('other').sign(all.get('certInfo') as Uint8Array))(all)),
  ),
  'sig.of-auth-data': refuse(
    'tpm.signature',
    'sig covers authData and clientDataHash instead of certInfo',
    statement((all, { authData, clientDataHash, attestationKey }) =>
      setMember('sig', attestationKey.sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  ...ecdsaEncodings<RegistrationChange>('tpm.signature', (change) => ({ authenticator: { signature: change } })),
  'x5c.missing': refuse([members, 'tpm.signature'], 'x5c is missing', statement(deleteMember('x5c')), {
    settings: { attestation: 'optional' },
  }),
  'x5c.empty': refuse('statement.certificates', 'x5c is empty', statement(setMember('x5c', []))),
  'member.more': refuse(members, 'There is a member more', statement(setMember('more', 1))),
  'member.ecdaa': refuse(
    members,
    'ecdaaKeyId of WebAuthn L1 is a member',
    statement(setMember('ecdaaKeyId', new Uint8Array(32))),
  ),
  'cert-info.missing': refuse([members, 'tpm.signature'], 'certInfo is missing', statement(deleteMember('certInfo'))),
  'cert-info.text': refuse(
    [members, 'tpm.signature'],
    'certInfo is text',
    statement(setMember('certInfo', 'certInfo')),
  ),
  'cert-info.empty': refuse(
    structure,
    'certInfo is empty',
    certInfo(() => new Uint8Array()),
  ),
  'cert-info.cut-off': refuse(structure, 'certInfo is missing its last byte', certInfo(dropLastBytes(1))),
  'cert-info.trailing': refuse(structure, 'A byte follows certInfo', certInfo(appendBytes(0))),
  'cert-info.zero': refuse(structure, 'certInfo is zero', certInfo(zeroBytes)),
  'cert-info.length': refuse(structure, 'A length in certInfo goes beyond its end', certInfo(setAt(6, 0xff, 0xff))),
  'cert-info.magic': refuse('tpm.magic', 'magic is not TPM_GENERATED_VALUE', certInfo(flipBits(0))),
  'cert-info.magic-zero': refuse('tpm.magic', 'magic is zero', certInfo(setAt(0, 0, 0, 0, 0))),
  'cert-info.magic-order': refuse('tpm.magic', 'magic is little-endian', certInfo(setAt(0, 0x47, 0x43, 0x54, 0xff))),
  'cert-info.type-quote': refuse('tpm.type', 'type is TPM_ST_ATTEST_QUOTE', certInfo(setAt(4, 0x80, 0x18))),
  'cert-info.type-creation': refuse('tpm.type', 'type is TPM_ST_ATTEST_CREATION', certInfo(setAt(4, 0x80, 0x1a))),
  'cert-info.type-time': refuse('tpm.type', 'type is TPM_ST_ATTEST_TIME', certInfo(setAt(4, 0x80, 0x19))),
  'cert-info.type-zero': refuse('tpm.type', 'type is zero', certInfo(setAt(4, 0, 0))),
  'cert-info.extra-data': refuse('tpm.extra-data', 'One bit of extraData differs', certInfo(flipBits(extraDataAt))),
  'cert-info.extra-data-zero': refuse(
    'tpm.extra-data',
    'extraData is zero',
    certInfo(setAt(extraDataAt, ...new Uint8Array(32))),
  ),
  'cert-info.extra-data-client-data': refuse(
    'tpm.extra-data',
    'extraData is clientDataHash',
    certInfo((all, { clientDataHash }) => setAt(extraDataAt, ...clientDataHash)(all)),
  ),
  'cert-info.extra-data-auth-data': refuse(
    'tpm.extra-data',
    'extraData is the hash of authData alone',
    certInfo((all, { authData }) => setAt(extraDataAt, ...sha256(authData))(all)),
  ),
  'cert-info.extra-data-empty': refuse(
    'tpm.extra-data',
    'extraData is empty',
    certInfo((all) => concat(all.subarray(0, extraDataAt - 2), uint(0, 2), all.subarray(extraDataAt + 32))),
  ),
  'cert-info.other-client-data': refuse('tpm.extra-data', 'extraData is made with the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'cert-info.name': refuse('tpm.name', 'One bit of the name differs', certInfo(flipBits(nameDigestAt))),
  'cert-info.name-algorithm': refuse(
    'tpm.name',
    'The name has another hash algorithm than pubArea',
    certInfo(setAt(nameAt + 2, 0, 4)),
  ),
  'cert-info.name-zero': refuse(
    'tpm.name',
    'The digest of the name is zero',
    certInfo(setAt(nameDigestAt, ...new Uint8Array(32))),
  ),
  'cert-info.name-without-algorithm': refuse(
    'tpm.name',
    'The name has no hash algorithm',
    certInfo((all) => concat(all.subarray(0, nameAt), uint(32, 2), all.subarray(nameDigestAt))),
  ),
  'cert-info.name-empty': refuse(
    'tpm.name',
    'The name is empty',
    certInfo((all) => concat(all.subarray(0, nameAt), uint(0, 2), all.subarray(nameDigestAt + 32))),
  ),
  'pub-area.missing': refuse(members, 'pubArea is missing', statement(deleteMember('pubArea'))),
  'pub-area.text': refuse(members, 'pubArea is text', statement(setMember('pubArea', 'pubArea'))),
  'pub-area.empty': refuse(
    structure,
    'pubArea is empty',
    pubArea(() => new Uint8Array()),
  ),
  'pub-area.cut-off': refuse(structure, 'pubArea is missing its last byte', pubArea(dropLastBytes(1))),
  'pub-area.trailing': refuse(structure, 'A byte follows pubArea', pubArea(appendBytes(0))),
  'pub-area.type-hash': refuse(structure, 'The type of pubArea is KEYEDHASH', pubArea(setAt(0, 0, 8))),
  'pub-area.type-zero': refuse(structure, 'The type of pubArea is zero', pubArea(setAt(0, 0, 0))),
  'pub-area.x': refuse('tpm.public-area', 'One bit of x differs', pubArea(flipBits(-40))),
  'pub-area.y': refuse('tpm.public-area', 'One bit of y differs', pubArea(flipBits(-1))),
  'pub-area.curve': refuse(
    'tpm.public-area',
    'The curve is P-384',
    pubArea((all) => setAt(all.length - 72, 0, 4)(all)),
  ),
  'pub-area.name-algorithm': refuse(
    'tpm.name',
    'nameAlg is SHA-1, but the name is made with SHA-256',
    pubArea(setAt(2, 0, 4)),
  ),
  'pub-area.name-algorithm-unknown': refuse('tpm.name', 'nameAlg is unknown', pubArea(setAt(2, 0, 99))),
  'pub-area.attributes': refuse(
    'tpm.name',
    'objectAttributes change after the TPM certified them',
    statement(editBytes('pubArea', flipBits(7))),
  ),
  'anchor.unknown': refuse(
    ['path.anchor', 'tpm.subject', 'tpm.subject-alternative-name', 'tpm.extended-key-usage'],
    'The certificate leads to an unknown root, and is not one of a TPM',
    chain((one) => [one.leaf(one.untrustedRoot('Unknown root'))]),
  ),
};
