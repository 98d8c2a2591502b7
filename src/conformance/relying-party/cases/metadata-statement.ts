/** The metadata of a model against its attestation: WebAuthn L3 section 7.1 steps 23 and 24, FIDO Metadata Statement 3.0 section 4. */

import { undesiredStatuses } from '#protocol/metadata.ts';
import { createAuthority } from '#protocol/x509/authority.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { suiteKey } from './certificates.ts';
import { accept, type BaseChanges, mayAccept, type Rows, refuse, registrationCases } from './define.ts';
import { entry, metadata, metadataBase, payload, reports, statement } from './metadata-edits.ts';

const other = createAuthority([['CN', 'Other vendor']], 'other vendor', suiteKey('other vendor'));
const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
const otherAaguid = '00000000-0000-4000-8000-000000000001';
const selfAttestation: BaseChanges = { attestation: 'packed-self', settings: { attestation: 'optional' } };

const entryRows: Rows<RegistrationChange> = {
  'entry.none': refuse('metadata.entry', 'The BLOB has no entries', payload({ entries: [] })),
  'entry.other-model': refuse(
    'metadata.entry',
    'The only entry is about another model',
    entry((one) => ({ ...one, aaguid: otherAaguid })),
  ),
  'entry.self-attestation': refuse(
    'metadata.entry',
    'The BLOB has no entries, at self attestation',
    payload({ entries: [] }),
    selfAttestation,
  ),
  'identifier.other': refuse(
    'metadata.identifier',
    'The statement is about another model',
    statement({ aaguid: otherAaguid }),
  ),
  'identifier.missing': refuse('metadata.identifier', 'The statement has no AAGUID', statement({ aaguid: undefined })),
  'identifier.control-upper-case': accept(
    'The AAGUID is written in capital letters',
    entry((one) => ({ ...one, aaguid: String(one.aaguid).toUpperCase() })),
  ),
};

const report = (status: string, members: object = {}) => reports({ status, effectiveDate: '2024-01-01', ...members });
const certified = [
  'FIDO_CERTIFIED',
  'FIDO_CERTIFIED_L1',
  'FIDO_CERTIFIED_L3plus',
  'SELF_ASSERTION_SUBMITTED',
  'UPDATE_AVAILABLE',
];
const nameOf = (status: string): string => status.toLowerCase().replaceAll('_', '-');

const isRisk =
  'Section 3.2 step 8 leaves it to the relying party what follows from a known weakness that does not revoke the model';

const statusRows: Rows<RegistrationChange> = {
  ...Object.fromEntries(
    undesiredStatuses.map((status) => {
      const row = refuse<RegistrationChange>('metadata.status', `The model has the report ${status}`, report(status));
      return [`status.${nameOf(status)}`, status === 'REVOKED' ? row : mayAccept(isRisk, row)];
    }),
  ),
  'status.no-date': refuse('metadata.status', 'The report REVOKED has no date', reports({ status: 'REVOKED' })),
  'status.second': mayAccept(
    isRisk,
    refuse(
      'metadata.status',
      'A compromise follows a certification',
      reports({ status: 'FIDO_CERTIFIED_L1' }, { status: 'USER_KEY_PHYSICAL_COMPROMISE', effectiveDate: '2025-01-01' }),
    ),
  ),
  ...Object.fromEntries(
    certified.map((status) => [
      `status.control-${nameOf(status)}`,
      accept<RegistrationChange>(`The model has the report ${status}`, report(status)),
    ]),
  ),
  'status.control-unknown': accept('The model has a report that no version defines', report('TOUCHSTONE_TEST')),
  'status.control-future': accept(
    'A revocation is not in effect yet',
    report('REVOKED', { effectiveDate: '2049-01-01' }),
  ),
  'status.control-other-certificate': accept(
    'The attestation key of another batch is compromised',
    report('ATTESTATION_KEY_COMPROMISE', { certificate: base64(other.certificate) }),
  ),
};

const isUnused =
  'The specification binds the author of the statement; a relying party need not check members that it does not use';
/** Members that every decision about a model needs. */
const decisive: readonly string[] = ['authenticationAlgorithms', 'attestationTypes', 'attestationRootCertificates'];

const wrong = (title: string, members: Record<string, unknown>) => {
  const row = refuse<RegistrationChange>('metadata.statement', title, statement(members));
  return decisive.some((name) => name in members) ? row : mayAccept(isUnused, row);
};
const without = (name: string) => wrong(`${name} is missing`, { [name]: undefined });
const required = [
  'legalHeader',
  'description',
  'authenticatorVersion',
  'protocolFamily',
  'schema',
  'upv',
  'authenticationAlgorithms',
  'publicKeyAlgAndEncodings',
  'attestationTypes',
  'userVerificationDetails',
  'keyProtection',
  'matcherProtection',
  'tcDisplay',
  'attestationRootCertificates',
];

const formRows: Rows<RegistrationChange> = {
  ...Object.fromEntries(
    required.map((name) => [
      `form.without-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      without(name),
    ]),
  ),
  'form.schema': wrong('schema is 2', { schema: 2 }),
  'form.protocol-family': wrong('protocolFamily is unknown', { protocolFamily: 'fido3' }),
  'form.description': wrong('description has more than 200 characters', { description: 'x'.repeat(201) }),
  'form.upv-empty': wrong('upv is empty', { upv: [] }),
  'form.upv-text': wrong('A protocol version is text', { upv: ['1.0'] }),
  'form.authenticator-version': wrong('authenticatorVersion is text', { authenticatorVersion: '1' }),
  'form.algorithms-text': wrong('authenticationAlgorithms is text', {
    authenticationAlgorithms: 'secp256r1_ecdsa_sha256_raw',
  }),
  'form.types-numbers': wrong('attestationTypes has numbers', { attestationTypes: [15879] }),
  'form.uv-empty': wrong('userVerificationDetails is empty', { userVerificationDetails: [] }),
  'form.uv-flat': wrong('userVerificationDetails is no list of lists', {
    userVerificationDetails: [{ userVerificationMethod: 'presence_internal' }],
  }),
  'form.roots-pem': wrong('A root is in PEM', { attestationRootCertificates: ['-----BEGIN CERTIFICATE-----'] }),
  'form.control-unknown-member': accept('The statement has an unknown member', statement({ vendorNote: 'x' })),
};

const attestationRows: Rows<RegistrationChange> = {
  'algorithm.other': refuse(
    'metadata.algorithm',
    'The model has RS256 only',
    statement({ authenticationAlgorithms: ['rsassa_pkcsv15_sha256_raw'] }),
  ),
  'algorithm.unknown': refuse(
    'metadata.algorithm',
    'The model has an unknown algorithm only',
    statement({ authenticationAlgorithms: ['unknown'] }),
  ),
  'algorithm.control-several': accept(
    'The model has several algorithms',
    statement({ authenticationAlgorithms: ['ed25519_eddsa_sha512_raw', 'secp256r1_ecdsa_sha256_raw'] }),
  ),
  'type.surrogate-only': refuse(
    'metadata.attestation-type',
    'The model has self attestation only',
    statement({ attestationTypes: ['basic_surrogate'] }),
  ),
  'type.none-only': refuse(
    'metadata.attestation-type',
    'The model has no attestation',
    statement({ attestationTypes: ['none'] }),
  ),
  'type.self-of-certified': refuse(
    'metadata.attestation-type',
    'The model has certificates, but the statement is self attestation',
    statement({ attestationTypes: ['basic_full'] }),
    selfAttestation,
  ),
  'type.control-self': accept(
    'The model has self attestation',
    statement({ attestationTypes: ['basic_surrogate'] }),
    selfAttestation,
  ),
  'root.other': refuse(
    'metadata.root',
    'The root is that of another vendor',
    statement({ attestationRootCertificates: [base64(other.certificate)] }),
  ),
  'root.none': refuse('metadata.root', 'The model has no roots', statement({ attestationRootCertificates: [] })),
  'root.unreadable': refuse(
    'metadata.root',
    'The root is no certificate',
    statement({ attestationRootCertificates: ['AAAA'] }),
  ),
  'root.control-several': accept(
    'The model has several roots',
    metadata(({ payload: whole, root }) => ({
      payload: {
        ...whole,
        entries: whole.entries.map((one) => ({
          ...one,
          metadataStatement: {
            ...(one.metadataStatement as object),
            attestationRootCertificates: [base64(other.certificate), base64(root.certificate)],
          },
        })),
      },
    })),
  ),
};

export const metadataStatementCases = registrationCases('metadata', metadataBase, {
  ...entryRows,
  ...statusRows,
  ...formRows,
  ...attestationRows,
});
