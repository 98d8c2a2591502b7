/** Defects of the attestation object: fmt, the members of the statement, and the order of its certificates. */
import { concat } from '#base/bytes.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { appendBytes, deleteMember, dropLastBytes, editList, editMap, flipBits, setMember } from '#protocol/edits.ts';
import { untrustedRootCertificate } from '../attestation/attestation-ca.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse } from './mutators.ts';

const packed = 'WebAuthn L3 section 8.2';
const identifiers = 'WebAuthn L3 section 8.1';

const withFmt = (value: CborValue) => editResponse('authenticatorMakeCredential', setMember(0x01, value));
const editStatement = (change: (map: CborMap) => CborMap) =>
  editResponse('authenticatorMakeCredential', editMap(0x03, change));
const editX5c = (change: (chain: CborValue[]) => CborValue) => editStatement(editList('x5c', change));
const editLeaf = (change: (der: Uint8Array) => Uint8Array) =>
  editX5c(([first, ...rest]) => [first instanceof Uint8Array ? change(first) : (first ?? null), ...rest]);

export const attestationStatementDefects = {
  ...defectsDetectedBy('relying-party', {
    'attestation.fmt-unknown': {
      title: 'fmt is not a registered format',
      breaks: identifiers,
      ...withFmt('touchstone-unknown'),
    },
    'attestation.fmt-empty': { title: 'fmt is empty', breaks: identifiers, ...withFmt('') },
    'attestation.fmt-case': {
      title: 'fmt is PACKED in capitals, but identifiers are case-sensitive',
      breaks: identifiers,
      ...withFmt('PACKED'),
    },
    'attestation.fmt-none-with-statement': {
      title: 'fmt is none although the statement is not empty',
      breaks: 'WebAuthn L3 section 8.7',
      ...withFmt('none'),
    },
    'attestation.fmt-of-another': {
      title: 'fmt is fido-u2f although the statement is packed',
      breaks: 'WebAuthn L3 section 8.6',
      ...withFmt('fido-u2f'),
    },
    'attestation.empty': {
      title: 'The statement is empty although fmt is not none',
      breaks: packed,
      ...editResponse('authenticatorMakeCredential', setMember(0x03, new Map())),
    },
    'attestation.alg-missing': { title: 'alg is missing', breaks: packed, ...editStatement(deleteMember('alg')) },
    'attestation.alg-other': {
      title: 'alg differs from the algorithm of the signature',
      breaks: packed,
      ...editStatement(setMember('alg', -8)),
    },
    'attestation.alg-unknown': {
      title: 'alg is not a registered algorithm',
      breaks: packed,
      ...editStatement(setMember('alg', -65000)),
    },
    'attestation.alg-text': {
      title: 'alg is text instead of a number',
      breaks: packed,
      ...editStatement(setMember('alg', 'ES256')),
    },
    'attestation.sig-missing': { title: 'sig is missing', breaks: packed, ...editStatement(deleteMember('sig')) },
    'attestation.sig-text': {
      title: 'sig is text instead of bytes',
      breaks: packed,
      ...editStatement(setMember('sig', 'signed')),
    },
    'attestation.member-more': {
      title: 'The statement has a member that its format does not define',
      breaks: packed,
      ...editStatement(setMember('ver', '2.0')),
    },
    'attestation.ecdaa-key-id': {
      title: 'The statement contains ecdaaKeyId, which WebAuthn Level 2 removed',
      breaks: packed,
      ...editStatement(setMember('ecdaaKeyId', new Uint8Array(16))),
    },
    'attestation.x5c-missing': {
      title: 'x5c is missing although a certified key signed',
      breaks: packed,
      ...editStatement(deleteMember('x5c')),
    },
    'attestation.x5c-empty': { title: 'x5c is an empty list', breaks: packed, ...editX5c(() => []) },
    'attestation.x5c-bytes': {
      title: 'x5c is a byte string instead of a list',
      breaks: packed,
      ...editX5c(([first]) => first ?? null),
    },
    'attestation.x5c-text': {
      title: 'x5c contains text instead of bytes',
      breaks: packed,
      ...editX5c(() => ['certificate']),
    },
    'attestation.x5c-reversed': {
      title: 'The leaf is the last certificate in x5c instead of the first',
      breaks: packed,
      ...editX5c((chain) => [...chain].reverse()),
    },
    'attestation.x5c-without-intermediate': {
      title: 'x5c does not contain the intermediate CA',
      breaks: 'WebAuthn L3 section 7.1 step 24',
      ...editX5c((chain) => chain.slice(0, 1)),
    },
    'attestation.x5c-leaf-twice': {
      title: 'x5c contains the leaf twice',
      breaks: packed,
      ...editX5c((chain) => [chain[0] ?? null, ...chain]),
    },
    'attestation.x5c-stranger': {
      title: 'x5c ends with a certificate that is not part of the chain',
      breaks: packed,
      ...editX5c((chain) => [...chain, untrustedRootCertificate()]),
    },
    'attestation.x5c-leaf-cut-off': {
      title: 'The leaf is missing its last byte',
      breaks: packed,
      ...editLeaf(dropLastBytes(1)),
    },
    'attestation.x5c-leaf-trailing': {
      title: 'An extra byte follows the leaf',
      breaks: packed,
      ...editLeaf(appendBytes(0)),
    },
    'attestation.x5c-leaf-tampered': {
      title: 'The signature of the leaf is invalid',
      breaks: 'RFC 5280 section 6.1.3',
      ...editLeaf(flipBits(-1)),
    },
    'attestation.x5c-leaf-garbage': {
      title: 'The leaf is not valid DER',
      breaks: packed,
      ...editLeaf((der) => concat(new Uint8Array([0xff]), der.subarray(1))),
    },
    'attestation.untrusted-root': {
      title: 'The chain ends in a root that is not trusted',
      breaks: 'WebAuthn L3 section 7.1 step 24',
      rules: { useTrustedAttestationRoot: false },
    },
  }),
  ...defectsDetectedBy('client', {
    'attestation.fmt-number': {
      title: 'fmt is a number instead of text',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...withFmt(1),
    },
    'attestation.fmt-missing': {
      title: 'fmt is missing',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...editResponse('authenticatorMakeCredential', deleteMember(0x01)),
    },
    'attestation.auth-data-missing': {
      title: 'authData is missing',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...editResponse('authenticatorMakeCredential', deleteMember(0x02)),
    },
    'attestation.statement-missing': {
      title: 'attStmt is missing',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...editResponse('authenticatorMakeCredential', deleteMember(0x03)),
    },
    'attestation.statement-list': {
      title: 'attStmt is a list instead of a map',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...editResponse('authenticatorMakeCredential', setMember(0x03, [])),
    },
  }),
};
