/** Answers of the commands that manage an authenticator: bioEnrollment, credentialManagement, largeBlobs. */
import { trying } from './defect.ts';
import { bytesOf, drop, edit, flip, inAnswer, put, shorten, within } from './mutators.ts';

const management = 'authenticatorCredentialManagement';
const credentials = 'CTAP 2.1 section 6.8';
const biometry = 'CTAP 2.1 section 6.7';
const blobs = 'CTAP 2.1 section 6.10';

export const credentialManagementDefects = trying('client', {
  'credmgmt.count-missing': {
    title: 'existingResidentCredentialsCount is missing',
    breaks: credentials,
    ...inAnswer(management, drop(0x01)),
  },
  'credmgmt.count-too-many': {
    title: 'existingResidentCredentialsCount is more than there are',
    breaks: credentials,
    ...inAnswer(
      management,
      edit(0x01, () => 99),
    ),
  },
  'credmgmt.room-denied': {
    title: 'There is no room for more credentials, and there is',
    breaks: credentials,
    ...inAnswer(
      management,
      edit(0x02, () => 0),
    ),
  },
  'credmgmt.rp-missing': { title: 'rp is missing', breaks: credentials, ...inAnswer(management, drop(0x03)) },
  'credmgmt.rp-id-missing': {
    title: 'rp has no id',
    breaks: credentials,
    ...inAnswer(management, within(0x03, drop('id'))),
  },
  'credmgmt.rp-id-hash-other': {
    title: 'rpIDHash is not that of rp',
    breaks: credentials,
    ...inAnswer(management, bytesOf(0x04, flip(0))),
  },
  'credmgmt.total-too-many': {
    title: 'totalRPs is more than there are',
    breaks: credentials,
    ...inAnswer(
      management,
      edit(0x05, () => 99),
    ),
  },
});

export const bioEnrollmentDefects = trying('client', {
  'bio.modality-unknown': {
    title: 'modality is of no registry',
    breaks: biometry,
    ...inAnswer(
      'authenticatorBioEnrollment',
      edit(0x01, () => 99),
    ),
  },
  'bio.modality-missing': {
    title: 'modality is missing',
    breaks: biometry,
    ...inAnswer('authenticatorBioEnrollment', drop(0x01)),
  },
  'bio.samples-zero': {
    title: 'maxCaptureSamplesRequiredForEnroll is zero',
    breaks: biometry,
    ...inAnswer(
      'authenticatorBioEnrollment',
      edit(0x03, () => 0),
    ),
  },
  'bio.kind-unknown': {
    title: 'fingerprintKind is neither touch nor swipe',
    breaks: biometry,
    ...inAnswer(
      'authenticatorBioEnrollment',
      edit(0x02, () => 99),
    ),
  },
});

export const largeBlobDefects = trying('client', {
  'largeblobs.missing': {
    title: 'config is missing in the answer to get',
    breaks: blobs,
    ...inAnswer('authenticatorLargeBlobs', drop(0x01)),
  },
  'largeblobs.hash-wrong': {
    title: 'The trailing hash is wrong',
    breaks: blobs,
    ...inAnswer('authenticatorLargeBlobs', bytesOf(0x01, flip(-1))),
  },
  'largeblobs.cut-off': {
    title: 'The array lacks its last byte',
    breaks: blobs,
    ...inAnswer('authenticatorLargeBlobs', bytesOf(0x01, shorten(1))),
  },
  'largeblobs.text': {
    title: 'config is text',
    breaks: blobs,
    ...inAnswer('authenticatorLargeBlobs', put(0x01, 'blob')),
  },
});
