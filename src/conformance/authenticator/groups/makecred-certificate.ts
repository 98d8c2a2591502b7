/** makecred: the attestation certificate, WebAuthn L3 section 8.2.1, RFC 5280 sections 4.1 and 6.1. */
import { concat, toHex } from '#base/bytes.ts';
import { type AttestationCertificate, objectIds, readCertificate } from '../attestation-certificate.ts';
import { check, checkEqual, checkEqualBytes, readList, readMap, readText } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { registersWithoutPin } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { attestedData, registerAndParse } from './makecred-response-support.ts';

export const makecred = {
  group: 'makecred',
  document: 'CTAP 2.1',
  preconditions: [registersWithoutPin],
  provenOn: 'touchstone-key',
} as const;

/** Registers, and returns the statement with certificates. @throws {NotApplicable} for a statement without certificates. */
export async function registerWithCertificate(context: TestContext) {
  const { members, authData } = await registerAndParse(context);
  const statement = readMap(members, 0x03, 'attStmt');
  const format = readText(members, 0x01, 'fmt');
  if (format !== 'packed' || !statement.has('x5c'))
    throw new NotApplicable(
      `The attestation has the format ${format}${format === 'packed' ? ' without a certificate' : ''}`,
    );
  const chain = readList(statement, 'x5c', 'x5c').map((item) => {
    check(item instanceof Uint8Array, 'Expected every item of x5c to be a byte string');
    return item;
  });
  check(chain.length > 0, 'Expected at least one certificate in x5c');
  return { members, authData, statement, chain: chain as [Uint8Array, ...Uint8Array[]] };
}

/** A requirement on the fields of the attestation certificate. */
const field = (
  input: Omit<RequirementInput, 'run' | 'document'> & { document?: string },
  inspect: (certificate: AttestationCertificate, aaguid: Uint8Array) => void,
): RequirementInput => ({
  document: 'WebAuthn L3',
  ...input,
  async run(context) {
    const { chain, authData } = await registerWithCertificate(context);
    inspect(readCertificate(chain[0]), attestedData(authData).aaguid);
  },
});

const extensionOf = ({ extensions }: AttestationCertificate, oid: string) =>
  extensions.find((extension) => extension.oid === oid);

const profile: RequirementInput[] = [
  field(
    {
      id: 'response.certificate.version',
      title: 'The attestation certificate has version 3',
      section: '8.2.1',
      provenBy: ['certificate.version-1', 'certificate.version-2'],
    },
    ({ version }) => checkEqual(version, 3, 'the version'),
  ),
  field(
    {
      id: 'response.certificate.country',
      title: 'Subject C of the attestation certificate is a country code of two letters',
      section: '8.2.1',
      provenBy: ['certificate.subject-c-missing', 'certificate.subject-c-long', 'certificate.subject-empty'],
    },
    ({ attributes }) => {
      const country = attributes.get(objectIds.country) ?? '';
      check(/^[A-Z]{2}$/.test(country), `Expected two capital letters in subject C, got ${JSON.stringify(country)}`);
    },
  ),
  field(
    {
      id: 'response.certificate.organization',
      title: 'Subject O of the attestation certificate is the name of the vendor',
      section: '8.2.1',
      provenBy: ['certificate.subject-o-missing', 'certificate.subject-o-empty'],
    },
    ({ attributes }) =>
      check(Boolean(attributes.get(objectIds.organization)), 'Expected a subject O that is not empty'),
  ),
  field(
    {
      id: 'response.certificate.unit',
      title: 'Subject OU of the attestation certificate is Authenticator Attestation',
      section: '8.2.1',
      provenBy: ['certificate.subject-ou-missing', 'certificate.subject-ou-other', 'certificate.subject-ou-case'],
    },
    ({ attributes }) => checkEqual(attributes.get(objectIds.unit), 'Authenticator Attestation', 'subject OU'),
  ),
  field(
    {
      id: 'response.certificate.common-name',
      title: 'Subject CN of the attestation certificate is not empty',
      section: '8.2.1',
      provenBy: ['certificate.subject-cn-missing', 'certificate.subject-cn-empty'],
    },
    ({ attributes }) => check(Boolean(attributes.get(objectIds.commonName)), 'Expected a subject CN that is not empty'),
  ),
  field(
    {
      id: 'response.certificate.basic-constraints',
      title: 'The basic constraints of the attestation certificate have CA false',
      section: '8.2.1',
      provenBy: ['certificate.ca', 'certificate.basic-constraints-missing'],
    },
    (certificate) => {
      const constraints = extensionOf(certificate, objectIds.basicConstraints);
      check(constraints !== undefined, 'Expected the extension basicConstraints');
      check(!toHex(constraints.value).includes('0101ff'), 'Expected CA to be false');
    },
  ),
  field(
    {
      id: 'response.certificate.aaguid',
      title:
        'The AAGUID extension of the attestation certificate is not critical, and has the AAGUID of authData in an OCTET STRING',
      section: '8.2.1',
      provenBy: [
        'certificate.aaguid-other',
        'certificate.aaguid-critical',
        'certificate.aaguid-unwrapped',
        'certificate.aaguid-text',
      ],
    },
    (certificate, aaguid) => {
      const extension = extensionOf(certificate, objectIds.aaguid);
      if (!extension) throw new NotApplicable('The attestation certificate has no AAGUID extension');
      check(!extension.critical, 'Expected the AAGUID extension not to be critical');
      checkEqualBytes(extension.value, concat(new Uint8Array([0x04, 16]), aaguid), 'the AAGUID extension');
    },
  ),
];

const pathFields: RequirementInput[] = [
  field(
    {
      id: 'response.certificate.serial-number',
      title: 'The serial number of the attestation certificate is positive and has at most 20 bytes',
      document: 'RFC 5280',
      section: '4.1.2.2',
      provenBy: ['certificate.serial-zero', 'certificate.serial-long'],
    },
    ({ serialNumber: serial }) =>
      check(
        serial.length > 0 && serial.length <= 20 && (serial[0] ?? 0) < 0x80 && serial.some((byte) => byte !== 0),
        `Expected a positive number of at most 20 bytes, got ${toHex(serial)}`,
      ),
  ),
  field(
    {
      id: 'response.certificate.validity',
      title: 'The attestation certificate is valid now',
      document: 'RFC 5280',
      section: '4.1.2.5',
      provenBy: ['certificate.expired', 'certificate.not-yet-valid', 'certificate.dates-swapped'],
    },
    ({ notBefore, notAfter }) => {
      const now = new Date();
      check(
        notBefore !== undefined && notBefore <= now,
        `Expected notBefore in the past, got ${notBefore?.toISOString()}`,
      );
      check(
        notAfter !== undefined && notAfter >= now,
        `Expected notAfter in the future, got ${notAfter?.toISOString()}`,
      );
    },
  ),
  field(
    {
      id: 'response.certificate.extensions',
      title: 'The attestation certificate has each extension once, and no unknown critical one',
      document: 'RFC 5280',
      section: '4.2',
      provenBy: ['certificate.extension-twice', 'certificate.extension-unknown-critical'],
    },
    ({ extensions }) => {
      const ids = extensions.map(({ oid }) => oid);
      check(new Set(ids).size === ids.length, 'Expected each extension once');
      const unknown = extensions.filter(({ oid, critical }) => critical && !oid.startsWith('551d'));
      check(
        unknown.length === 0,
        `Expected no unknown critical extension, got ${unknown.map(({ oid }) => oid).join(', ')}`,
      );
    },
  ),
  {
    id: 'response.certificate.chain',
    title: 'Each certificate of x5c is issued by the next one',
    document: 'RFC 5280',
    section: '6.1',
    provenBy: [
      'attestation.x5c-reversed',
      'attestation.x5c-leaf-twice',
      'attestation.x5c-stranger',
      'certificate.issuer-other',
    ],
    async run(context) {
      const certificates = (await registerWithCertificate(context)).chain.map(readCertificate);
      if (certificates.length < 2) throw new NotApplicable('x5c has one certificate');
      certificates.slice(1).forEach(({ subject }, index) => {
        const { issuer } = certificates[index] as AttestationCertificate;
        checkEqualBytes(issuer, subject, `the issuer of certificate ${index + 1}`);
      });
    },
  },
];

export const attestationCertificate = defineGroup(makecred, [...profile, ...pathFields]);
