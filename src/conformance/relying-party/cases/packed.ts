/** Attestation formats packed, none and compound: WebAuthn L3 sections 8.2, 8.2.1, 8.7 and 8.9. */
import { concat, utf8 } from '#base/bytes.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import {
  appendBytes,
  deleteMember,
  dropLastBytes,
  editBytes,
  flipBits,
  setMember,
  zeroBytes,
} from '#protocol/edits.ts';
import { aaguidExtension, basicConstraints, keyUsage, type Name } from '#protocol/x509/certificate.ts';
import type { Change, RegistrationChange } from '../relying-party-case.ts';
import {
  addExtension,
  certificate,
  chain,
  editExtension,
  extension,
  extensions,
  oid,
  removeExtension,
  statement,
  suiteKey,
} from './certificates.ts';
import { accept, type Rows, refuse, registrationCases } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';

const signatureRule = 'packed.signature';
const certificates = 'statement.certificates';
const members = 'packed.members';
const x5c = (change: (list: Uint8Array[]) => CborValue): RegistrationChange =>
  statement((all) => setMember('x5c', change(all.get('x5c') as Uint8Array[]))(all));
const firstOf = (change: (leaf: Uint8Array) => Uint8Array): RegistrationChange =>
  x5c(([leaf = new Uint8Array(), ...rest]) => [change(leaf), ...rest]);

const statementRows: Rows<RegistrationChange> = {
  'sig.bit': refuse(signatureRule, 'One bit of sig differs', { authenticator: { signature: flipBits(-1) } }),
  'sig.other-key': refuse(
    signatureRule,
    'sig is made with another key',
    statement((all, { authData, clientDataHash }) =>
      setMember('sig', suiteKey('other').sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.credential-key': refuse(
    signatureRule,
    'sig is made with the credential key',
    statement((all, { authData, clientDataHash, credentialKey }) =>
      setMember('sig', credentialKey.sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.without-hash': refuse(
    signatureRule,
    'sig covers authData alone',
    statement((all, { authData, attestationKey }) => setMember('sig', attestationKey.sign(authData))(all)),
  ),
  'sig.without-auth-data': refuse(
    signatureRule,
    'sig covers clientDataHash alone',
    statement((all, { clientDataHash, attestationKey }) => setMember('sig', attestationKey.sign(clientDataHash))(all)),
  ),
  'sig.swapped': refuse(
    signatureRule,
    'sig covers clientDataHash before authData',
    statement((all, { authData, clientDataHash, attestationKey }) =>
      setMember('sig', attestationKey.sign(concat(clientDataHash, authData)))(all),
    ),
  ),
  'sig.other-client-data': refuse(signatureRule, 'sig covers the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'sig.auth-data-after': refuse<RegistrationChange>(signatureRule, 'The counter changes after it was signed', {
    attestationObject: editBytes('authData', flipBits(33, 0x40)),
  }),
  'sig.missing': refuse([members, signatureRule], 'sig is missing', statement(deleteMember('sig'))),
  'sig.text': refuse(signatureRule, 'sig is text', statement(setMember('sig', 'sig'))),
  'sig.null': refuse(signatureRule, 'sig is null', statement(setMember('sig', null))),
  ...ecdsaEncodings<RegistrationChange>(signatureRule, (change) => ({ authenticator: { signature: change } })),
  'alg.missing': refuse([members, signatureRule], 'alg is missing', statement(deleteMember('alg'))),
  'alg.text': refuse(signatureRule, 'alg is text', statement(setMember('alg', 'ES256'))),
  'alg.rs256': refuse(signatureRule, 'alg is RS256 for a P-256 certificate', statement(setMember('alg', -257))),
  'alg.es384': refuse(signatureRule, 'alg is ES384 for a P-256 certificate', statement(setMember('alg', -35))),
  'alg.eddsa': refuse(signatureRule, 'alg is EdDSA for a P-256 certificate', statement(setMember('alg', -8))),
  'alg.unknown': refuse(signatureRule, 'alg is unknown', statement(setMember('alg', -65000))),
  'alg.zero': refuse(signatureRule, 'alg is 0', statement(setMember('alg', 0))),
  'member.more': refuse(members, 'There is a member more', statement(setMember('more', 1))),
  'member.ecdaa': refuse(
    members,
    'ecdaaKeyId of WebAuthn L1 is a member',
    statement(setMember('ecdaaKeyId', new Uint8Array(32))),
  ),
  'member.ver': refuse(members, 'ver is a member', statement(setMember('ver', '2.0'))),
  'x5c.empty': refuse(
    certificates,
    'x5c is empty',
    x5c(() => []),
  ),
  'x5c.bytes': refuse(
    certificates,
    'x5c is a byte string',
    x5c(([leaf]) => leaf ?? null),
  ),
  'x5c.text': refuse(
    certificates,
    'x5c contains text',
    x5c(([leaf]) => [Buffer.from(leaf ?? []).toString('base64')]),
  ),
  'x5c.null': refuse(
    certificates,
    'x5c is null',
    x5c(() => null),
  ),
  'x5c.nested': refuse(
    certificates,
    'x5c contains a list',
    x5c((list) => [list]),
  ),
  'x5c.map': refuse(
    certificates,
    'x5c is a map',
    x5c(([leaf]) => new Map([[0, leaf ?? 0]])),
  ),
  'x5c.cut-off': refuse(certificates, 'The certificate is missing its last byte', firstOf(dropLastBytes(1))),
  'x5c.trailing': refuse(certificates, 'A byte follows the certificate', firstOf(appendBytes(0))),
  'x5c.empty-certificate': refuse(
    certificates,
    'The certificate has no bytes',
    firstOf(() => new Uint8Array()),
  ),
  'x5c.garbage': refuse(
    certificates,
    'The certificate is random',
    firstOf(() => sha256('garbage')),
  ),
  'x5c.pem': refuse(
    certificates,
    'The certificate is in PEM',
    firstOf((leaf) =>
      utf8(`-----BEGIN CERTIFICATE-----\n${Buffer.from(leaf).toString('base64')}\n-----END CERTIFICATE-----\n`),
    ),
  ),
  'x5c.ber': refuse(
    certificates,
    'The certificate has an indefinite length',
    firstOf((leaf) => concat(Uint8Array.of(0x30, 0x80), leaf.subarray(4), new Uint8Array(2))),
  ),
  'x5c.zeros': refuse(certificates, 'The certificate is zero', firstOf(zeroBytes)),
};

const organisation: Name = [
  ['C', 'CH'],
  ['O', 'Touchstone TEST ONLY - conformance suite'],
];
const subject = (...attributes: Name): Change => certificate(() => ({ subject: attributes }));
const unit = ['OU', 'Authenticator Attestation'] as const;
const common = ['CN', 'Conformance suite'] as const;

const certificateRows: Rows<Change> = {
  'subject.c-missing': refuse('packed.subject', 'C is missing', subject(...organisation.slice(1), unit, common)),
  'subject.c-long': refuse(
    'packed.subject',
    'C has three letters',
    subject(['C', 'CHE'], ...organisation.slice(1), unit, common),
  ),
  'subject.c-empty': refuse('packed.subject', 'C is empty', subject(['C', ''], ...organisation.slice(1), unit, common)),
  'subject.o-missing': refuse('packed.subject', 'O is missing', subject(['C', 'CH'], unit, common)),
  'subject.o-empty': refuse('packed.subject', 'O is empty', subject(['C', 'CH'], ['O', ''], unit, common)),
  'subject.ou-missing': refuse('packed.subject', 'OU is missing', subject(...organisation, common)),
  'subject.ou-other': refuse(
    'packed.subject',
    'OU is Web Server',
    subject(...organisation, ['OU', 'Web Server'], common),
  ),
  'subject.ou-case': refuse(
    'packed.subject',
    'OU is in lower case',
    subject(...organisation, ['OU', 'authenticator attestation'], common),
  ),
  'subject.ou-longer': refuse(
    'packed.subject',
    'OU has a suffix',
    subject(...organisation, ['OU', 'Authenticator Attestation CA'], common),
  ),
  'subject.cn-missing': refuse('packed.subject', 'CN is missing', subject(...organisation, unit)),
  'subject.cn-empty': refuse('packed.subject', 'CN is empty', subject(...organisation, unit, ['CN', ''])),
  'subject.empty': refuse('packed.subject', 'The subject is empty', subject()),
  'subject.control-order': accept(
    'The attributes of the subject are in another order',
    subject(common, unit, ...organisation),
  ),
  'subject.control-serial-number': accept(
    'The subject has a serial number',
    subject(...organisation, unit, common, ['serialNumber', '1']),
  ),
  'version.1': refuse(
    'leaf.version',
    'The certificate has version 1',
    certificate(() => ({ version: 1 })),
  ),
  'version.2': refuse(
    'leaf.version',
    'The certificate has version 2',
    certificate(() => ({ version: 2 })),
  ),
  'ca.true': refuse(
    'leaf.basic-constraints',
    'The certificate is one of an authority',
    extensions((all) => all.map((one) => (one.oid === oid.basicConstraints ? basicConstraints(true) : one))),
  ),
  'ca.missing': refuse('leaf.basic-constraints', 'basicConstraints is missing', removeExtension(oid.basicConstraints)),
  'ca.control-not-critical': accept(
    'basicConstraints is not critical',
    editExtension(oid.basicConstraints, () => ({ critical: false })),
  ),
  'aaguid.other': refuse(
    'leaf.aaguid',
    'The AAGUID extension is that of another model',
    editExtension(oid.aaguid, () => aaguidExtension(new Uint8Array(16).fill(7))),
  ),
  'aaguid.zero': refuse(
    'leaf.aaguid',
    'The AAGUID extension is zero',
    editExtension(oid.aaguid, () => aaguidExtension(new Uint8Array(16))),
  ),
  'aaguid.bit': refuse(
    'leaf.aaguid',
    'One bit of the AAGUID extension differs',
    editExtension(oid.aaguid, ({ value }) => ({ value: flipBits(-1)(value) })),
  ),
  'aaguid.unwrapped': refuse(
    'leaf.aaguid',
    'The AAGUID extension is not wrapped in an OCTET STRING',
    editExtension(oid.aaguid, ({ value }) => ({ value: value.slice(2) })),
  ),
  'aaguid.text': refuse(
    'leaf.aaguid',
    'The AAGUID extension is text',
    editExtension(oid.aaguid, () => ({ value: der.utf8String('746f7563-6873-4f6e-a500-000000000023') })),
  ),
  'aaguid.short': refuse(
    'leaf.aaguid',
    'The AAGUID extension has 15 bytes',
    editExtension(oid.aaguid, ({ value }) => ({ value: der.octetString(value.slice(2, 17)) })),
  ),
  'aaguid.trailing': refuse(
    'leaf.aaguid',
    'A byte follows the AAGUID extension',
    editExtension(oid.aaguid, ({ value }) => ({ value: appendBytes(0)(value) })),
  ),
  'aaguid.critical': refuse(
    'leaf.aaguid-critical',
    'The AAGUID extension is critical',
    editExtension(oid.aaguid, () => ({ critical: true })),
  ),
  'aaguid.control-missing': accept('The certificate has no AAGUID extension', removeExtension(oid.aaguid)),
  'aaguid.in-auth-data': refuse('leaf.aaguid', 'The AAGUID in authenticator data is that of another model', {
    authenticator: {
      encodedAuthData: (all) => concat(all.subarray(0, 37), new Uint8Array(16).fill(9), all.subarray(53)),
    },
  }),
  'extension.critical': refuse(
    'leaf.critical-extension',
    'The certificate has an unknown critical extension',
    addExtension(extension(oid.unknown, true)),
  ),
  'extension.name-constraints': refuse(
    'leaf.critical-extension',
    'The certificate has critical name constraints',
    addExtension(extension(oid.nameConstraints, true)),
  ),
  'extension.policies': refuse(
    'leaf.critical-extension',
    'The certificate has critical certificate policies',
    addExtension(extension(oid.certificatePolicies, true)),
  ),
  'extension.extended-key-usage': refuse(
    'leaf.critical-extension',
    'The certificate has a critical extendedKeyUsage',
    addExtension(extension(oid.extendedKeyUsage, true)),
  ),
  'extension.alternative-name': refuse(
    'leaf.critical-extension',
    'The certificate has a critical subjectAltName',
    addExtension(extension(oid.subjectAltName, true)),
  ),
  'extension.android': refuse(
    'leaf.critical-extension',
    'The certificate has a critical key description of Android',
    addExtension(extension(oid.androidKeyDescription, true)),
  ),
  'extension.apple': refuse(
    'leaf.critical-extension',
    'The certificate has a critical nonce of Apple',
    addExtension(extension(oid.appleNonce, true)),
  ),
  'extension.twice': refuse(
    certificates,
    'The AAGUID extension occurs twice',
    extensions((all) => [...all, ...all.filter((one) => one.oid === oid.aaguid)]),
  ),
  'extension.control-unknown': accept(
    'The certificate has an unknown extension that is not critical',
    addExtension(extension(oid.unknown, false)),
  ),
  'extension.control-extended-key-usage': accept(
    'The certificate has an extendedKeyUsage that is not critical',
    addExtension(extension(oid.extendedKeyUsage, false)),
  ),
  'key-usage.certificates': refuse(
    'leaf.key-usage',
    'keyUsage allows certificates only',
    extensions((all) => all.map((one) => (one.oid === oid.keyUsage ? keyUsage('authority') : one))),
  ),
  'key-usage.encryption': refuse(
    'leaf.key-usage',
    'keyUsage allows encryption only',
    editExtension(oid.keyUsage, () => ({ value: der.bitString(Uint8Array.of(0x20), 5) })),
  ),
  'key-usage.nothing': refuse(
    'leaf.key-usage',
    'keyUsage allows nothing',
    editExtension(oid.keyUsage, () => ({ value: der.bitString(Uint8Array.of(0), 0) })),
  ),
  'key-usage.control-missing': accept('The certificate has no keyUsage', removeExtension(oid.keyUsage)),
  'key.other': refuse(
    signatureRule,
    'The certificate has another key',
    certificate(() => ({ spki: suiteKey('other').spki })),
  ),
  'key.p384': refuse(
    signatureRule,
    'The certificate has a P-384 key',
    certificate(() => ({ spki: suiteKey('other', 'ES384').spki })),
  ),
  'key.rsa': refuse(
    signatureRule,
    'The certificate has an RSA key',
    certificate(() => ({ spki: suiteKey('other', 'RS256').spki })),
  ),
  'key.off-curve': refuse(
    certificates,
    'The key of the certificate is not on its curve',
    certificate(({ spki }) => ({ spki: flipBits(-1)(spki) })),
  ),
};

/** A certificate of another algorithm, with a signature of its key. */
const signedWith = (algorithm: 'ES384' | 'ES512' | 'EdDSA' | 'RS256'): RegistrationChange =>
  statement((all, context) => {
    const key = suiteKey(`attestation ${algorithm}`, algorithm);
    const issued = chain((builder) => [builder.leaf(builder.root, undefined, key)]).statement?.(
      all,
      context,
    ) as CborMap;
    const sig = key.sign(concat(context.authData, context.clientDataHash));
    return new Map(issued).set('alg', key.alg).set('sig', sig);
  });

const algorithmRows: Rows<RegistrationChange> = Object.fromEntries(
  (['ES384', 'ES512', 'EdDSA', 'RS256'] as const).map((algorithm) => [
    `control.${algorithm.toLowerCase()}`,
    accept(`The attestation key is of ${algorithm}`, signedWith(algorithm)),
  ]),
);

const selfRows: Rows<RegistrationChange> = {
  'alg.es384': refuse('packed.self-algorithm', 'alg is ES384 for a key of ES256', statement(setMember('alg', -35))),
  'alg.rs256': refuse('packed.self-algorithm', 'alg is RS256 for a key of ES256', statement(setMember('alg', -257))),
  'alg.text': refuse('packed.self-algorithm', 'alg is text', statement(setMember('alg', 'ES256'))),
  'alg.missing': refuse(['packed.self-algorithm', members], 'alg is missing', statement(deleteMember('alg'))),
  'sig.missing': refuse(['packed.self-signature', members], 'sig is missing', statement(deleteMember('sig'))),
  'sig.bit': refuse('packed.self-signature', 'One bit of sig differs', { authenticator: { signature: flipBits(-1) } }),
  'sig.text': refuse('packed.self-signature', 'sig is text', statement(setMember('sig', 'sig'))),
  'sig.other-key': refuse(
    'packed.self-signature',
    'sig is made with another key',
    statement((all, { authData, clientDataHash }) =>
      setMember('sig', suiteKey('other').sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.other-client-data': refuse('packed.self-signature', 'sig covers the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'sig.auth-data-after': refuse<RegistrationChange>(
    'packed.self-signature',
    'The counter changes after it was signed',
    {
      attestationObject: editBytes('authData', flipBits(33, 0x40)),
    },
  ),
  'member.more': refuse(members, 'There is a member more', statement(setMember('more', 1))),
  empty: refuse(
    ['packed.self-algorithm', 'packed.self-signature', members],
    'The statement is empty',
    statement(() => new Map()),
  ),
  ...ecdsaEncodings<RegistrationChange>('packed.self-signature', (change) => ({
    authenticator: { signature: change },
  })),
};

const noneRows: Rows<RegistrationChange> = {
  'none.alg': refuse('none.empty', 'The statement contains alg', statement(setMember('alg', -7))),
  'none.sig': refuse('none.empty', 'The statement contains sig', statement(setMember('sig', new Uint8Array(8)))),
  'none.x5c': refuse('none.empty', 'The statement contains x5c', statement(setMember('x5c', []))),
  'none.unknown': refuse('none.empty', 'The statement contains an unknown member', statement(setMember('', null))),
  'none.control': accept('The statement is empty', {}),
};

const part = (fmt: CborValue, attStmt: CborValue): CborMap =>
  new Map([
    ['fmt', fmt],
    ['attStmt', attStmt],
  ]);
const parts = (change: (list: CborMap[]) => CborValue): RegistrationChange => ({
  statement: (list) => change(list as CborMap[]),
});
const editPart = (index: number, change: (attStmt: CborMap) => CborValue): RegistrationChange =>
  parts((list) =>
    list.map((one, at) => (at === index ? new Map(one).set('attStmt', change(one.get('attStmt') as CborMap)) : one)),
  );

const compoundRows: Rows<RegistrationChange> = {
  'compound.empty': refuse(
    'compound.parts',
    'There is no statement',
    parts(() => []),
  ),
  'compound.one': refuse(
    'compound.parts',
    'There is one statement',
    parts((list) => list.slice(0, 1)),
  ),
  'compound.map': refuse(
    'compound.parts',
    'The statements are a map',
    parts(([first]) => first ?? null),
  ),
  'compound.nested': refuse(
    'compound.parts',
    'A statement is compound',
    parts((list) => [...list, part('compound', new Map())]),
  ),
  'compound.text': refuse(
    'compound.parts',
    'A statement is text',
    parts((list) => [...list, 'packed']),
  ),
  'compound.without-fmt': refuse(
    'compound.parts',
    'A statement has no fmt',
    parts((list) => [...list, new Map([['attStmt', new Map()]])]),
  ),
  'compound.member-more': refuse(
    'compound.parts',
    'A statement has a member more',
    parts((list) => list.map((one) => new Map(one).set('more', 1))),
  ),
  'compound.attstmt-list': refuse(
    'compound.parts',
    'attStmt of a statement is a list',
    parts((list) => [...list, part('none', [])]),
  ),
  'compound.unknown': refuse(
    'statement.format',
    'A statement has an unknown format',
    parts((list) => [...list, part('example-format', new Map())]),
  ),
  'compound.first-wrong': refuse(
    signatureRule,
    'The first statement has a wrong signature',
    editPart(0, editBytes('sig', flipBits(-1))),
  ),
  'compound.second-wrong': refuse(
    'packed.self-signature',
    'The second statement has a wrong signature',
    editPart(1, editBytes('sig', flipBits(-1))),
  ),
  'compound.control': accept('There are two valid statements', {}),
  'compound.control-three': accept(
    'There are three valid statements',
    parts((list) => [...list, part('none', new Map())]),
  ),
};

export const packedCases = [
  ...registrationCases(
    'packed',
    { attestation: 'packed-basic' },
    { ...statementRows, ...certificateRows, ...algorithmRows },
  ),
  ...registrationCases('packed-self', { attestation: 'packed-self' }, selfRows),
  ...registrationCases('none', {}, noneRows),
  ...registrationCases(
    'none',
    { settings: { attestation: 'optional' }, attestation: 'packed-self' },
    {
      'none.of-packed': refuse<RegistrationChange>('none.empty', 'fmt is none, but the statement is that of packed', {
        attestationObject: setMember('fmt', 'none'),
      }),
    },
  ),
  ...registrationCases('compound', { attestation: 'compound' }, compoundRows),
];
