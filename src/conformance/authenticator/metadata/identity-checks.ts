/** The members of a metadata statement that identify the model. FIDO Metadata Statement 3.0 sections 3 and 4. */

import { isObject } from '#base/json.ts';
import { type StatementChecks, show } from './define-checks.ts';
import { objectsOf } from './statement.ts';
import { expected, expectFilledList, expectText, isUnsigned, remove, set } from './statement-values.ts';

const families = ['uaf', 'u2f', 'fido2'];
const maxDescription = 200;
const aaguidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Section 4, in the order of the dictionary. */
const knownMembers = new Set([
  'legalHeader',
  'aaid',
  'aaguid',
  'attestationCertificateKeyIdentifiers',
  'friendlyNames',
  'description',
  'alternativeDescriptions',
  'authenticatorVersion',
  'protocolFamily',
  'schema',
  'upv',
  'authenticationAlgorithms',
  'publicKeyAlgAndEncodings',
  'attestationTypes',
  'userVerificationDetails',
  'keyProtection',
  'isKeyRestricted',
  'isFreshUserVerificationRequired',
  'matcherProtection',
  'cryptoStrength',
  'attachmentHint',
  'tcDisplay',
  'tcDisplayContentType',
  'tcDisplayPNGCharacteristics',
  'attestationRootCertificates',
  'ecdaaTrustAnchors',
  'icon',
  'iconDark',
  'providerLogoLight',
  'providerLogoDark',
  'supportedExtensions',
  'keyScope',
  'multiDeviceCredentialSupport',
  'authenticatorGetInfo',
  'cxpConfigURL',
]);

const isUpv = ({ major, minor }: Readonly<Record<string, unknown>>): boolean =>
  isUnsigned(major, 0xffff) && isUnsigned(minor, 0xffff);

export const identityChecks: StatementChecks = {
  'legal-header.present': {
    title: 'The statement has a legal header',
    section: '4',
    wrong: ['legalHeader is missing', remove('legalHeader')],
    findProblem: expectText('legalHeader'),
  },
  'description.present': {
    title: 'The statement has a description',
    section: '4',
    wrong: ['description is missing', remove('description')],
    findProblem: expectText('description'),
  },
  'description.length': {
    title: 'The description has at most 200 characters',
    section: '4',
    wrong: ['description has 201 characters', set('description', 'x'.repeat(maxDescription + 1))],
    findProblem: ({ description }) =>
      typeof description === 'string' && description.length > maxDescription
        ? `Expected at most ${maxDescription} characters in description, found ${description.length}`
        : undefined,
  },
  'alternative-descriptions.form': {
    title: 'Alternative descriptions are texts by language tag',
    section: '3.11',
    wrong: ['alternativeDescriptions has a number', set('alternativeDescriptions', { 'de-DE': 1 })],
    findProblem: ({ alternativeDescriptions: value }) =>
      value === undefined ||
      (isObject(value) &&
        Object.entries(value).every(
          ([tag, text]) => /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(tag) && typeof text === 'string',
        ))
        ? undefined
        : expected('texts by IETF language tag in alternativeDescriptions', value),
  },
  'protocol-family.known': {
    title: 'The protocol family is uaf, u2f or fido2',
    section: '4',
    wrong: ['protocolFamily is fido3', set('protocolFamily', 'fido3')],
    findProblem: ({ protocolFamily }) =>
      families.includes(String(protocolFamily))
        ? undefined
        : expected(`${families.join(', ')} in protocolFamily`, protocolFamily),
  },
  'schema.three': {
    title: 'The schema of the statement is 3',
    section: '4',
    wrong: ['schema is 2', set('schema', 2)],
    findProblem: ({ schema }) => (schema === 3 ? undefined : expected('3 in schema', schema)),
  },
  'authenticator-version.form': {
    title: 'The authenticator version is an unsigned integer',
    section: '4',
    wrong: ['authenticatorVersion is text', set('authenticatorVersion', '1')],
    findProblem: ({ authenticatorVersion: value }) =>
      isUnsigned(value, 0xffff_ffff) ? undefined : expected('an unsigned integer in authenticatorVersion', value),
  },
  'upv.present': {
    title: 'The statement lists protocol versions',
    section: '4',
    wrong: ['upv is empty', set('upv', [])],
    findProblem: expectFilledList('upv'),
  },
  'upv.form': {
    title: 'Every protocol version has a major and a minor number',
    section: '4',
    wrong: ['upv has a text', set('upv', [{ major: '1', minor: 0 }])],
    findProblem: ({ upv }) =>
      objectsOf(upv).every(isUpv) ? undefined : expected('unsigned integers in major and minor of upv', upv),
  },
  'aaguid.present': {
    title: 'The statement of a FIDO2 authenticator has an AAGUID',
    section: '4',
    wrong: [
      'aaguid is missing, protocolFamily is fido2',
      (statement) => Object.assign(statement, { aaguid: undefined, protocolFamily: 'fido2' }),
    ],
    findProblem: (statement) => (statement.protocolFamily === 'fido2' ? expectText('aaguid')(statement) : undefined),
  },
  'aaguid.form': {
    title: 'The AAGUID is written in lower case, in groups of 8, 4, 4, 4 and 12 hex digits',
    section: '3.1',
    wrong: ['aaguid has no hyphens', set('aaguid', '00112233445566778899aabbccddeeff')],
    findProblem: ({ aaguid }) =>
      aaguid === undefined || aaguidForm.test(String(aaguid))
        ? undefined
        : expected('lower-case hex in groups of 8-4-4-4-12 in aaguid', aaguid),
  },
  'identifier.aaid': {
    title: 'Only the statement of a UAF authenticator has an AAID',
    section: '4',
    wrong: ['aaid is present', set('aaid', '1234#5678')],
    findProblem: ({ aaid, protocolFamily }) =>
      aaid !== undefined && protocolFamily !== 'uaf'
        ? expected(`no aaid for ${show(protocolFamily)}`, aaid)
        : undefined,
  },
  'identifier.single': {
    title: 'A statement with an AAGUID has no key identifiers of attestation certificates',
    section: '4',
    wrong: [
      'attestationCertificateKeyIdentifiers is present beside aaguid',
      (statement) =>
        Object.assign(statement, {
          aaguid: '00112233-4455-6677-8899-aabbccddeeff',
          attestationCertificateKeyIdentifiers: ['0'.repeat(40)],
        }),
    ],
    findProblem: ({ aaguid, attestationCertificateKeyIdentifiers: identifiers }) =>
      aaguid !== undefined && identifiers !== undefined
        ? expected('no attestationCertificateKeyIdentifiers beside aaguid', identifiers)
        : undefined,
  },
  'members.known': {
    title: 'The statement has no members that its format does not define',
    section: '4',
    level: 'SHOULD',
    wrong: ['vendorNote is present', set('vendorNote', 'x')],
    findProblem(statement) {
      const unknown = Object.keys(statement).filter((name) => !knownMembers.has(name));
      return unknown.length > 0 ? `Expected only members of the format, found ${unknown.join(', ')}` : undefined;
    },
  },
};
