/** Rules about the BLOB of a metadata service and the metadata of a model: FIDO Metadata Service 3.0 and Statement 3.0. */
import type { SpecificationReference } from '../../catalogue-entry.ts';
import { claimsAnyModel, type RuleRow, step } from './rule.ts';

const service = (section: string): SpecificationReference => ({ document: 'FIDO Metadata Service 3.0', section });
const anyBlob = 'An attacker between the metadata service and the site decides which authenticators are trusted';

export const metadataRules = {
  'blob.token': {
    specification: service('3.1.7'),
    severity: 'hygiene',
    weakness: 'What is not a BLOB is processed further',
    fix: 'Require the compact serialization of RFC 7515 with JSON objects in header and payload',
  },
  'blob.certificates': {
    specification: service('3.2 step 5'),
    severity: 'attestation',
    weakness: anyBlob,
    fix: 'Require a list of certificates in x5c, and read each of them strictly',
  },
  'blob.chain': {
    specification: service('3.2 steps 4 and 5'),
    severity: 'attestation',
    weakness: anyBlob,
    fix: 'Validate the chain in x5c to the configured root of the metadata service',
  },
  'blob.revocation-list': {
    specification: service('3.2 step 2'),
    severity: 'attestation',
    weakness: 'A forged or old list hides that a certificate of the metadata service is revoked',
    fix: 'Verify the signature of a revocation list with the certificate of its authority, and its dates',
  },
  'blob.revoked': {
    specification: service('3.2 steps 2 and 4'),
    severity: 'attestation',
    weakness: 'Someone with a stolen key of the metadata service decides which authenticators are trusted',
    fix: 'Look up every certificate of the chain in the revocation list of its authority',
  },
  'blob.algorithm': {
    specification: service('3.2 step 6'),
    severity: 'attestation',
    weakness: anyBlob,
    fix: 'Accept the signature algorithms of the certificate only, and never none',
  },
  'blob.signature': {
    specification: service('3.2 step 6'),
    severity: 'attestation',
    weakness: anyBlob,
    fix: 'Verify the signature over header and payload as they came',
  },
  'blob.number': {
    specification: service('3.2 step 6'),
    severity: 'attestation',
    weakness: 'An old BLOB hides newer reports about a model',
    fix: 'Store the number of the last BLOB, and refuse a lower one',
  },
  'blob.next-update': {
    specification: service('3.1.6'),
    severity: 'attestation',
    weakness: 'An old BLOB hides newer reports about a model',
    fix: 'Refuse to use a BLOB after the date of its next update, or load the next one',
  },
  'blob.entries': {
    specification: service('3.1.1'),
    severity: 'hygiene',
    weakness: 'Entries without the members that decide about a model are processed further',
    fix: 'Check every entry against a schema when the BLOB is loaded',
  },
  'metadata.entry': {
    specification: step(23),
    severity: 'attestation',
    weakness: 'Models that nothing is known about count as known ones',
    fix: 'Refuse an attestation of a model without an entry where metadata is required',
  },
  'metadata.status': {
    specification: service('3.1.4'),
    severity: 'attestation',
    weakness: 'Authenticators with a known compromise are accepted',
    fix: 'Refuse models with a report of a compromise or a revocation that is in effect',
  },
  'metadata.statement': {
    specification: { document: 'FIDO Metadata Statement 3.0', section: '4' },
    severity: 'hygiene',
    weakness: 'Decisions depend on members that are missing or have another type',
    fix: 'Check the statement of a model against a schema before it is used',
  },
  'metadata.identifier': {
    specification: service('3.1.1'),
    severity: 'attestation',
    weakness: 'The statement of one model vouches for another one',
    fix: 'Compare the AAGUID of the statement with that of its entry',
  },
  'metadata.algorithm': {
    specification: { document: 'FIDO Metadata Statement 3.0', section: '4' },
    severity: 'attestation',
    weakness: 'A key counts as one of a model that does not have its algorithm',
    fix: 'Compare the algorithm of the credential key with authenticationAlgorithms',
  },
  'metadata.attestation-type': {
    specification: step(24),
    severity: 'attestation',
    weakness: claimsAnyModel,
    fix: 'Compare the attestation type with attestationTypes: self attestation proves no model that has a certificate',
  },
  'metadata.root': {
    specification: step(24),
    severity: 'attestation',
    weakness: 'The root of one vendor vouches for the models of another one',
    fix: 'Validate the chain to the attestationRootCertificates of the model',
  },
} as const satisfies Record<string, RuleRow>;
