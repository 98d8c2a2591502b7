/**
 * The catalogue of deliberate defects, by group. To add a defect, add a row to its group; its id starts with the id of
 * the group and a dot.
 */
import { UsageError } from '#base/errors.ts';
import { androidKeyDefects, appleDefects, tpmDefects, u2fDefects } from './attestation-formats.ts';
import { attestationStatementDefects } from './attestation-statement.ts';
import { authDataDefects } from './auth-data.ts';
import { bioEnrollmentDefects } from './bio-enrollment.ts';
import { cardDefects } from './card.ts';
import { cborDefects } from './cbor.ts';
import { certificateDefects } from './certificate.ts';
import { assertionDefects, registrationDefects, resetDefects } from './commands.ts';
import { coseKeyDefects } from './cose-key.ts';
import { counterDefects } from './counters.ts';
import { credentialEntryDefects } from './credential-management.ts';
import { ctapHidPacketDefects } from './ctaphid-packets.ts';
import type { Defect } from './defect.ts';
import { enterpriseDefects } from './enterprise.ts';
import { extensionDefects } from './extensions.ts';
import { flagDefects } from './flags.ts';
import { getInfoDefects } from './get-info.ts';
import { getInfoConsistencyDefects, getInfoTypeDefects, getInfoValueDefects } from './get-info-members.ts';
import { hidDefects } from './hid.ts';
import { ignoredErrorDefects } from './ignored-errors.ts';
import {
  configDefects,
  credentialManagementDefects,
  ignoredManagementDefects,
  largeBlobDefects,
} from './management.ts';
import { parameterDefects } from './parameters.ts';
import { persistenceDefects } from './persistence.ts';
import { pinDefects, tokenDefects } from './pin-token.ts';
import {
  assertionRequestDefects,
  nextAssertionDefects,
  registrationAccountDefects,
  registrationRequestDefects,
} from './request-handling.ts';
import { signatureDefects } from './signatures.ts';
import { statusDefects } from './status-codes.ts';
import { transportDefects } from './transport.ts';
import { u2fCommandDefects } from './u2f.ts';
import {
  spentTokenDefects,
  weakAssertionDefects,
  weakConfigDefects,
  weakExtensionDefects,
  weakGetInfoDefects,
  weakKeyDefects,
  weakLargeBlobDefects,
  weakManagementDefects,
  weakPinDefects,
  weakRegistrationDefects,
  weakSignatureDefects,
  weakTokenDefects,
} from './weaknesses.ts';

/** The catalogue by group. */
export const defectGroups = {
  flags: { title: 'Flags of authenticator data', rows: flagDefects },
  counter: { title: 'Signature counter', rows: counterDefects },
  signature: { title: 'Signatures', rows: { ...signatureDefects, ...weakSignatureDefects } },
  authdata: { title: 'Layout of authenticator data', rows: authDataDefects },
  cose: { title: 'Credential public key', rows: { ...coseKeyDefects, ...weakKeyDefects } },
  attestation: { title: 'Attestation statement', rows: attestationStatementDefects },
  tpm: { title: 'Attestation format tpm', rows: tpmDefects },
  'android-key': { title: 'Attestation format android-key', rows: androidKeyDefects },
  apple: { title: 'Attestation format apple', rows: appleDefects },
  'fido-u2f': { title: 'Attestation format fido-u2f', rows: u2fDefects },
  certificate: { title: 'Attestation certificate', rows: certificateDefects },
  status: { title: 'Status codes', rows: statusDefects },
  'ignored-error': { title: 'Errors that are not reported', rows: ignoredErrorDefects },
  cbor: { title: 'CBOR of responses', rows: cborDefects },
  getinfo: {
    title: 'getInfo',
    rows: {
      ...getInfoDefects,
      ...getInfoTypeDefects,
      ...getInfoValueDefects,
      ...getInfoConsistencyDefects,
      ...weakGetInfoDefects,
    },
  },
  pin: { title: 'PIN', rows: { ...pinDefects, ...weakPinDefects } },
  token: { title: 'PIN/UV auth tokens', rows: { ...tokenDefects, ...weakTokenDefects, ...spentTokenDefects } },
  registration: {
    title: 'makeCredential',
    rows: {
      ...registrationDefects,
      ...registrationRequestDefects,
      ...registrationAccountDefects,
      ...weakRegistrationDefects,
    },
  },
  assertion: {
    title: 'getAssertion',
    rows: { ...assertionDefects, ...assertionRequestDefects, ...nextAssertionDefects, ...weakAssertionDefects },
  },
  reset: { title: 'reset', rows: resetDefects },
  credmgmt: {
    title: 'credentialManagement',
    rows: { ...credentialManagementDefects, ...credentialEntryDefects, ...weakManagementDefects },
  },
  bio: { title: 'bioEnrollment', rows: bioEnrollmentDefects },
  enterprise: { title: 'Enterprise attestation', rows: enterpriseDefects },
  persistence: { title: 'What a power cycle keeps', rows: persistenceDefects },
  largeblobs: {
    title: 'largeBlobs',
    rows: { ...largeBlobDefects, ...ignoredManagementDefects, ...weakLargeBlobDefects },
  },
  config: { title: 'authenticatorConfig', rows: { ...configDefects, ...weakConfigDefects } },
  extension: { title: 'Extensions', rows: { ...extensionDefects, ...weakExtensionDefects } },
  parameter: { title: 'Parameters of requests', rows: parameterDefects },
  transport: { title: 'Transport', rows: transportDefects },
  ctaphid: { title: 'CTAPHID packets', rows: ctapHidPacketDefects },
  hid: { title: 'CTAPHID channels and messages', rows: hidDefects },
  nfc: { title: 'Smart cards and NFC', rows: cardDefects },
  u2f: { title: 'U2F commands', rows: u2fCommandDefects },
} as const satisfies Record<string, { title: string; rows: Record<string, Defect> }>;

type Groups = typeof defectGroups;
type IdsOf<Group> = Group extends { rows: infer Rows } ? keyof Rows & string : never;
/** The id of a group: the part of a defect id before the dot, e.g. `flags`. */
export type DefectGroup = keyof Groups;
/** The id of a defect, e.g. `flags.up-missing`. */
export type DefectId = { [G in DefectGroup]: IdsOf<Groups[G]> }[DefectGroup];

/** Every defect by its id. */
export const defects = Object.assign({}, ...Object.values(defectGroups).map(({ rows }) => rows)) as Record<
  DefectId,
  Defect
>;

/**
 * Returns the defect with this id.
 * @throws {UsageError} if there is no such defect.
 */
export function defectOf(id: string): Defect {
  if (Object.hasOwn(defects, id)) return defects[id as DefectId];
  throw new UsageError(`Unknown defect ${JSON.stringify(id)}: "touchstone defects" lists all defects`);
}
