/** Certificates of the format tpm: WebAuthn L3 section 8.3.1. */
import * as der from '#protocol/der.ts';
import { aaguidExtension, basicConstraints } from '#protocol/x509/certificate.ts';
import type { Change } from '../relying-party-case.ts';
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
import { accept, breaksForm, type Rows, refuse } from './define.ts';

/** Attributes that identify a TPM, section 8.3.1: manufacturer, model and version. */
const tpmAttributes = [
  ['2.23.133.2.1', 'id:FFFFF1D0'],
  ['2.23.133.2.2', 'Conformance suite'],
  ['2.23.133.2.3', 'id:00070055'],
] as const;
const alternativeName = (attributes: readonly (readonly [string, string])[], number = 4): Uint8Array =>
  der.sequence(
    der.contextSpecific(
      number,
      der.sequence(
        ...attributes.map(([id, value]) => der.setOf(der.sequence(der.objectIdentifier(id), der.utf8String(value)))),
      ),
    ),
  );
const setAlternativeName = (value: Uint8Array): Change => editExtension(oid.subjectAltName, () => ({ value }));
const setPurposes = (...purposes: string[]): Change =>
  editExtension(oid.extendedKeyUsage, () => ({ value: der.sequence(...purposes.map(der.objectIdentifier)) }));

export const certificateRows: Rows<Change> = {
  'aik.version-1': refuse(
    'leaf.version',
    'The certificate has version 1',
    certificate(() => ({ version: 1 })),
  ),
  'aik.subject': refuse(
    'tpm.subject',
    'The subject is not empty',
    certificate(() => ({ subject: [['CN', 'TPM']] })),
  ),
  'aik.subject-packed': refuse(
    'tpm.subject',
    'The subject is that of the format packed',
    certificate(() => ({
      subject: [
        ['C', 'CH'],
        ['O', 'Suite'],
        ['OU', 'Authenticator Attestation'],
        ['CN', 'TPM'],
      ],
    })),
  ),
  'aik.alternative-name-missing': refuse(
    'tpm.subject-alternative-name',
    'subjectAltName is missing',
    removeExtension(oid.subjectAltName),
  ),
  ...Object.fromEntries(
    (['manufacturer', 'model', 'version'] as const).map((name, index) => [
      `aik.${name}-missing`,
      refuse<Change>(
        'tpm.subject-alternative-name',
        `subjectAltName has no ${name}`,
        setAlternativeName(alternativeName(tpmAttributes.filter((_, at) => at !== index))),
      ),
    ]),
  ),
  ...Object.fromEntries(
    (['manufacturer', 'model', 'version'] as const).map((name, index) => [
      `aik.${name}-empty`,
      refuse<Change>(
        'tpm.subject-alternative-name',
        `The ${name} in subjectAltName is empty`,
        setAlternativeName(alternativeName(tpmAttributes.map(([id, value], at) => [id, at === index ? '' : value]))),
      ),
    ]),
  ),
  'aik.alternative-name-empty': refuse(
    'tpm.subject-alternative-name',
    'subjectAltName is empty',
    setAlternativeName(der.sequence()),
  ),
  'aik.alternative-name-other-kind': refuse(
    'tpm.subject-alternative-name',
    'subjectAltName has no directoryName',
    setAlternativeName(alternativeName(tpmAttributes, 5)),
  ),
  'aik.purpose-missing': refuse(
    'tpm.extended-key-usage',
    'extendedKeyUsage is missing',
    removeExtension(oid.extendedKeyUsage),
  ),
  'aik.purpose-other': refuse(
    'tpm.extended-key-usage',
    'extendedKeyUsage is for TLS servers',
    setPurposes('1.3.6.1.5.5.7.3.1'),
  ),
  'aik.purpose-any': refuse('tpm.extended-key-usage', 'extendedKeyUsage allows everything', setPurposes('2.5.29.37.0')),
  'aik.purpose-ek': refuse(
    'tpm.extended-key-usage',
    'extendedKeyUsage is that of an endorsement key',
    setPurposes('2.23.133.8.1'),
  ),
  'aik.purpose-empty': refuse('tpm.extended-key-usage', 'extendedKeyUsage is empty', setPurposes()),
  'aik.ca': refuse(
    'leaf.basic-constraints',
    'The certificate is one of an authority',
    extensions((all) => all.map((one) => (one.oid === oid.basicConstraints ? basicConstraints(true) : one))),
  ),
  'aik.ca-missing': breaksForm(
    refuse('leaf.basic-constraints', 'basicConstraints is missing', removeExtension(oid.basicConstraints)),
  ),
  'aik.aaguid-other': refuse(
    'leaf.aaguid',
    'The AAGUID extension is that of another model',
    addExtension(aaguidExtension(new Uint8Array(16).fill(7))),
  ),
  'aik.critical': refuse(
    'leaf.critical-extension',
    'The certificate has an unknown critical extension',
    addExtension(extension(oid.unknown, true)),
  ),
  'aik.key-other': refuse(
    'tpm.signature',
    'The certificate has another key',
    certificate(() => ({ spki: suiteKey('other').spki })),
  ),
  'aik.expired': refuse(
    'path.date',
    'The certificate has expired',
    certificate(() => ({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') })),
  ),
  'aik.control-purposes': accept(
    'extendedKeyUsage has another purpose in addition',
    setPurposes('1.3.6.1.5.5.7.3.1', '2.23.133.8.3'),
  ),
  'aik.control-order': accept(
    'The attributes of subjectAltName are in another order',
    setAlternativeName(alternativeName(tpmAttributes.toReversed())),
  ),
  'aik.control-one-set': accept(
    'The attributes of subjectAltName are in one set',
    setAlternativeName(
      der.sequence(
        der.contextSpecific(
          4,
          der.sequence(
            der.setOf(
              ...tpmAttributes.map(([id, value]) => der.sequence(der.objectIdentifier(id), der.utf8String(value))),
            ),
          ),
        ),
      ),
    ),
  ),
  'control.p256': accept('The credential key is on P-256', {}),
};
