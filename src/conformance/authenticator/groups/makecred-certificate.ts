/** makecred: the attestation certificate and its signature, WebAuthn L3 sections 8.2 and 8.2.1, RFC 5280 sections 4.1 and 6.1. */
import { concat, toHex } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { type AttestationCertificate, objectIds, readCertificate } from '../attestation-certificate.ts';
import { check, checkEqual, checkEqualBytes, checkSuccess, readBytes, readList, readMap, readText } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { withMember } from '../members.ts';
import { registersWithoutPin } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration, es256 } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { keyOfCertificate } from '../u2f-host.ts';
import { attestedData, registerAndParse } from './makecred-response-support.ts';

/** Registers, and returns the statement with certificates. @throws {NotApplicable} for a statement without certificates. */
async function registerWithCertificate(context: TestContext) {
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

const signatures: RequirementInput[] = [
  {
    id: 'response.packed.signature',
    title: 'The packed attestation is signed with the key of its certificate, without one with the credential key',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: [
      'attestation.alg-other',
      'attestation.alg-unknown',
      'certificate.key-other',
      'certificate.key-off-curve',
      'signature.r-zero',
      'signature.s-zero',
      'signature.r-and-s-swapped',
      'signature.cut-off',
      'signature.other-auth-data',
      'attestation.x5c-missing',
      'fido-u2f.x5c-missing',
    ],
    async run(context) {
      const { members } = await registerAndParse(context);
      const authData = readBytes(members, 0x02, 'authData');
      const format = readText(members, 0x01, 'fmt');
      if (format !== 'packed') throw new NotApplicable(`The attestation has the format ${format}`);
      const statement = readMap(members, 0x03, 'attStmt');
      checkEqual(statement.get('alg'), es256, 'alg, which has to be ES256 for a key on P-256');
      const [certificate] = statement.has('x5c') ? readList(statement, 'x5c', 'x5c') : [];
      const key =
        certificate instanceof Uint8Array
          ? keyOfCertificate(certificate)
          : parseAuthenticatorData(authData).credentialPublicKey;
      const signed = concat(authData, clientDataHashOf(context));
      const isValid = key !== undefined && verifySignature(key, signed, readBytes(statement, 'sig', 'sig'));
      check(
        isValid,
        `The signature of the statement is not valid for ${certificate ? 'its certificate' : 'the credential key'}`,
      );
    },
  },
  {
    id: 'response.packed.certificate-der',
    title: 'Every item of x5c is exactly one certificate in DER',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.x5c-leaf-cut-off', 'attestation.x5c-leaf-trailing', 'attestation.x5c-leaf-garbage'],
    async run(context) {
      for (const certificate of (await registerWithCertificate(context)).chain) readCertificate(certificate);
    },
  },
  {
    id: 'response.fmt.members',
    title: 'The statement has the members of its format',
    document: 'WebAuthn L3',
    section: '8.2',
    provenBy: ['attestation.fmt-of-another'],
    provenOn: 'touchstone-key',
    async run(context) {
      const { members } = await registerAndParse(context);
      checkMembers(readText(members, 0x01, 'fmt'), readMap(members, 0x03, 'attStmt'));
    },
  },
];

const fidoU2f: RequirementInput = {
  id: 'response.fido-u2f.members',
  title: 'A statement of the format fido-u2f has exactly the members sig and x5c',
  document: 'WebAuthn L3',
  section: '8.6',
  provenBy: ['fido-u2f.alg-there'],
  provenOn: 'touchstone-complete',
  preconditions: [
    {
      reason: 'attestationFormats of getInfo does not contain fido-u2f',
      isMet: ({ attestationFormats }) => attestationFormats?.includes('fido-u2f') === true,
    },
  ],
  async run(context) {
    const request = withMember(buildRegistration(context), [attestationFormatsPreference], ['fido-u2f']);
    const authorized = await authorizeRegistration(context, request);
    const members = checkSuccess(await context.send('authenticatorMakeCredential', authorized));
    const format = readText(members, 0x01, 'fmt');
    if (format !== 'fido-u2f') throw new NotApplicable(`The authenticator prefers the format ${format}`);
    checkMembers(format, readMap(members, 0x03, 'attStmt'));
  },
};

/** The member of the request. */
const attestationFormatsPreference = 0x0b;

/** clientDataHash is the first member of a canonical request: command, map head, key 1, byte string of 32 bytes. */
const clientDataHashOf = ({ exchanges }: TestContext): Uint8Array =>
  (exchanges.at(-1)?.request ?? new Uint8Array()).slice(5, 37);

/** Members of the formats that authenticators over CTAP use; other formats are not checked. */
const statementMembers: Record<string, readonly string[]> = {
  none: [],
  'fido-u2f': ['sig', 'x5c'],
};

function checkMembers(format: string, statement: CborMap): void {
  const expected = statementMembers[format];
  const found = [...statement.keys()].map(String).toSorted();
  if (expected)
    check(
      found.join() === expected.join(),
      `Expected the members ${expected.join(', ') || 'none'} for ${format}, got ${found.join(', ') || 'none'}`,
    );
}

export const attestationCertificate = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin], provenOn: 'touchstone-key' },
  [...profile, ...pathFields, ...signatures, fidoU2f],
);
