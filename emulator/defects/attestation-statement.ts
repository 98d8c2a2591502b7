/** The attestation object around authenticator data: fmt, the members of the statement, and the order of its certificates. */
import { concat } from '#base/bytes.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { strangerAnchor } from '../attestation/attestation-ca.ts';
import { trying } from './defect.ts';
import { append, drop, flip, inAnswer, listOf, put, shorten, within } from './mutators.ts';

const packed = 'WebAuthn L3 section 8.2';
const identifiers = 'WebAuthn L3 section 8.1';

const fmt = (value: CborValue) => inAnswer('authenticatorMakeCredential', put(0x01, value));
const statement = (change: (map: CborMap) => CborMap) => inAnswer('authenticatorMakeCredential', within(0x03, change));
const x5c = (change: (chain: CborValue[]) => CborValue) => statement(listOf('x5c', change));
const leaf = (change: (der: Uint8Array) => Uint8Array) =>
  x5c(([first, ...rest]) => [first instanceof Uint8Array ? change(first) : (first ?? null), ...rest]);

export const attestationStatementDefects = {
  ...trying('relying-party', {
    'attestation.fmt-unknown': { title: 'fmt is of no registry', breaks: identifiers, ...fmt('touchstone-unknown') },
    'attestation.fmt-empty': { title: 'fmt is empty', breaks: identifiers, ...fmt('') },
    'attestation.fmt-case': {
      title: 'fmt is PACKED: identifiers are case-sensitive',
      breaks: identifiers,
      ...fmt('PACKED'),
    },
    'attestation.fmt-none-with-statement': {
      title: 'fmt is none beside a statement that is not empty',
      breaks: 'WebAuthn L3 section 8.7',
      ...fmt('none'),
    },
    'attestation.fmt-of-another': {
      title: 'fmt is fido-u2f beside a packed statement',
      breaks: 'WebAuthn L3 section 8.6',
      ...fmt('fido-u2f'),
    },
    'attestation.empty': {
      title: 'The statement is empty although fmt is not none',
      breaks: packed,
      ...inAnswer('authenticatorMakeCredential', put(0x03, new Map())),
    },
    'attestation.alg-missing': { title: 'alg is missing', breaks: packed, ...statement(drop('alg')) },
    'attestation.alg-other': {
      title: 'alg names another algorithm than the one it was signed with',
      breaks: packed,
      ...statement(put('alg', -8)),
    },
    'attestation.alg-unknown': { title: 'alg is of no registry', breaks: packed, ...statement(put('alg', -65000)) },
    'attestation.alg-text': { title: 'alg is text', breaks: packed, ...statement(put('alg', 'ES256')) },
    'attestation.sig-missing': { title: 'sig is missing', breaks: packed, ...statement(drop('sig')) },
    'attestation.sig-text': { title: 'sig is text', breaks: packed, ...statement(put('sig', 'signed')) },
    'attestation.member-more': {
      title: 'The statement has a member that its format does not define',
      breaks: packed,
      ...statement(put('ver', '2.0')),
    },
    'attestation.ecdaa-key-id': {
      title: 'The statement carries ecdaaKeyId, which Level 2 took away',
      breaks: packed,
      ...statement(put('ecdaaKeyId', new Uint8Array(16))),
    },
    'attestation.x5c-missing': {
      title: 'x5c is missing: signed under a certificate that nobody sees',
      breaks: packed,
      ...statement(drop('x5c')),
    },
    'attestation.x5c-empty': { title: 'x5c is an empty list', breaks: packed, ...x5c(() => []) },
    'attestation.x5c-bytes': { title: 'x5c is one byte string', breaks: packed, ...x5c(([first]) => first ?? null) },
    'attestation.x5c-text': { title: 'x5c holds text', breaks: packed, ...x5c(() => ['certificate']) },
    'attestation.x5c-reversed': {
      title: 'The leaf is the last of x5c instead of the first',
      breaks: packed,
      ...x5c((chain) => [...chain].reverse()),
    },
    'attestation.x5c-without-intermediate': {
      title: 'The intermediate CA is missing',
      breaks: 'WebAuthn L3 section 7.1 step 24',
      ...x5c((chain) => chain.slice(0, 1)),
    },
    'attestation.x5c-leaf-twice': {
      title: 'The leaf stands there twice',
      breaks: packed,
      ...x5c((chain) => [chain[0] ?? null, ...chain]),
    },
    'attestation.x5c-stranger': {
      title: 'A certificate that certifies none of the others is at the end',
      breaks: packed,
      ...x5c((chain) => [...chain, strangerAnchor()]),
    },
    'attestation.x5c-leaf-cut-off': { title: 'The leaf lacks its last byte', breaks: packed, ...leaf(shorten(1)) },
    'attestation.x5c-leaf-trailing': { title: 'A byte follows the leaf', breaks: packed, ...leaf(append(0)) },
    'attestation.x5c-leaf-tampered': {
      title: 'The signature of the leaf is wrong',
      breaks: 'RFC 5280 section 6.1.3',
      ...leaf(flip(-1)),
    },
    'attestation.x5c-leaf-garbage': {
      title: 'The leaf is no DER',
      breaks: packed,
      ...leaf((der) => concat(new Uint8Array([0xff]), der.subarray(1))),
    },
    'attestation.untrusted-root': {
      title: 'The chain ends in a root that nobody knows',
      breaks: 'WebAuthn L3 section 7.1 step 24',
      rules: { attestationRootIsKnown: false },
    },
  }),
  ...trying('client', {
    'attestation.fmt-number': { title: 'fmt is a number', breaks: 'CTAP 2.1 section 6.1.2', ...fmt(1) },
    'attestation.fmt-missing': {
      title: 'fmt is missing',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...inAnswer('authenticatorMakeCredential', drop(0x01)),
    },
    'attestation.auth-data-missing': {
      title: 'authData is missing',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...inAnswer('authenticatorMakeCredential', drop(0x02)),
    },
    'attestation.statement-missing': {
      title: 'attStmt is missing',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...inAnswer('authenticatorMakeCredential', drop(0x03)),
    },
    'attestation.statement-list': {
      title: 'attStmt is a list',
      breaks: 'CTAP 2.1 section 6.1.2',
      ...inAnswer('authenticatorMakeCredential', put(0x03, [])),
    },
  }),
};
