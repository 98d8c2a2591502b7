/** Certificates of the format packed: WebAuthn L3 section 8.2.1. */
import { concat } from '#base/bytes.ts';
import * as der from '#protocol/der.ts';
import { appendBytes, flipBits } from '#protocol/edits.ts';
import { aaguidExtension, basicConstraints, keyUsage, type Name } from '#protocol/x509/certificate.ts';
import type { Change } from '../relying-party-case.ts';
import { rfc5280 } from '../rules/rule.ts';
import {
  addExtension,
  certificate,
  editExtension,
  extension,
  extensions,
  oid,
  removeExtension,
  suiteKey,
} from './certificates.ts';
import { accept, breaksForm, mayAccept, type Rows, refuse } from './define.ts';

const signatureRule = 'packed.signature';
const certificates = 'statement.certificates';

const organisation: Name = [
  ['C', 'CH'],
  ['O', 'Touchstone TEST ONLY - conformance suite'],
];
const subject = (...attributes: Name): Change => certificate(() => ({ subject: attributes }));
const unit = ['OU', 'Authenticator Attestation'] as const;
const common = ['CN', 'Conformance suite'] as const;

const isProcessed = 'A relying party that processes the extension may accept it';

export const certificateRows: Rows<Change> = {
  'subject.c-missing': refuse('packed.subject', 'C is missing', subject(...organisation.slice(1), unit, common)),
  'subject.c-long': breaksForm(
    refuse('packed.subject', 'C has three letters', subject(['C', 'CHE'], ...organisation.slice(1), unit, common)),
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
  'ca.missing': breaksForm(
    refuse('leaf.basic-constraints', 'basicConstraints is missing', removeExtension(oid.basicConstraints)),
  ),
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
  'aaguid.unwrapped': breaksForm(
    refuse(
      'leaf.aaguid',
      'The AAGUID extension is not wrapped in an OCTET STRING',
      editExtension(oid.aaguid, ({ value }) => ({ value: value.slice(2) })),
    ),
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
  'aaguid.trailing': breaksForm(
    refuse(
      'leaf.aaguid',
      'A byte follows the AAGUID extension',
      editExtension(oid.aaguid, ({ value }) => ({ value: appendBytes(0)(value) })),
    ),
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
  'extension.name-constraints': mayAccept(
    isProcessed,
    refuse(
      'leaf.critical-extension',
      'The certificate has critical name constraints',
      addExtension(extension(oid.nameConstraints, true)),
    ),
  ),
  'extension.policies': mayAccept(
    isProcessed,
    refuse(
      'leaf.critical-extension',
      'The certificate has critical certificate policies',
      addExtension(extension(oid.certificatePolicies, true)),
    ),
  ),
  'extension.extended-key-usage': mayAccept(
    isProcessed,
    refuse(
      'leaf.critical-extension',
      'The certificate has a critical extendedKeyUsage',
      addExtension(extension(oid.extendedKeyUsage, true)),
    ),
  ),
  'extension.alternative-name': mayAccept(
    isProcessed,
    refuse(
      'leaf.critical-extension',
      'The certificate has a critical subjectAltName',
      addExtension(extension(oid.subjectAltName, true)),
    ),
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
  'extension.twice': {
    ...breaksForm(
      refuse(
        certificates,
        'The AAGUID extension occurs twice',
        extensions((all) => [...all, ...all.filter((one) => one.oid === oid.aaguid)]),
      ),
    ),
    specification: rfc5280('4.2'),
  },
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
