/** Defects in responses of the management commands: credentialManagement, largeBlobs. */

import { deleteMember, dropLastBytes, editBytes, editMap, editMember, flipBits, setMember } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse, refuseRequest } from './mutators.ts';

const management = 'authenticatorCredentialManagement';
const credentials = 'CTAP 2.1 section 6.8';
const blobs = 'CTAP 2.1 section 6.10';

export const credentialManagementDefects = defectsDetectedBy('client', {
  'credmgmt.count-missing': {
    title: 'existingResidentCredentialsCount is missing',
    breaks: credentials,
    ...editResponse(management, deleteMember(0x01)),
  },
  'credmgmt.count-too-many': {
    title: 'existingResidentCredentialsCount is larger than the number of credentials',
    breaks: credentials,
    ...editResponse(
      management,
      editMember(0x01, () => 99),
    ),
  },
  'credmgmt.room-denied': {
    title: 'maxPossibleRemainingResidentCredentialsCount is zero although there is space',
    breaks: credentials,
    ...editResponse(
      management,
      editMember(0x02, () => 0),
    ),
  },
  'credmgmt.rp-missing': {
    title: 'rp is missing',
    breaks: credentials,
    ...editResponse(management, deleteMember(0x03)),
  },
  'credmgmt.rp-id-missing': {
    title: 'rp has no id',
    breaks: credentials,
    ...editResponse(management, editMap(0x03, deleteMember('id'))),
  },
  'credmgmt.rp-id-hash-other': {
    title: 'rpIDHash is not the hash of the id in rp',
    breaks: credentials,
    ...editResponse(management, editBytes(0x04, flipBits(0))),
  },
  'credmgmt.total-too-many': {
    title: 'totalRPs is larger than the number of relying parties',
    breaks: credentials,
    ...editResponse(
      management,
      editMember(0x05, () => 99),
    ),
  },
});

export const largeBlobDefects = defectsDetectedBy('client', {
  'largeblobs.missing': {
    title: 'config is missing in the response to get',
    breaks: blobs,
    ...editResponse('authenticatorLargeBlobs', deleteMember(0x01)),
  },
  'largeblobs.hash-wrong': {
    title: 'The trailing hash of the array is wrong',
    breaks: blobs,
    ...editResponse('authenticatorLargeBlobs', editBytes(0x01, flipBits(-1))),
  },
  'largeblobs.cut-off': {
    title: 'The array is missing its last byte',
    breaks: blobs,
    ...editResponse('authenticatorLargeBlobs', editBytes(0x01, dropLastBytes(1))),
  },
  'largeblobs.text': {
    title: 'config is text instead of bytes',
    breaks: blobs,
    ...editResponse('authenticatorLargeBlobs', setMember(0x01, 'blob')),
  },
});

/** Subcommands and writes that answer CTAP2_OK without a change. */
export const ignoredManagementDefects = defectsDetectedBy('suite', {
  'largeblobs.write-ignored': {
    title: 'set answers CTAP2_OK but keeps the array',
    breaks: blobs,
    ...refuseRequest('authenticatorLargeBlobs', (request) => request.has(0x02), 'CTAP2_OK'),
  },
});

export const configDefects = defectsDetectedBy('suite', {
  'config.ignored': {
    title: 'authenticatorConfig answers CTAP2_OK but changes nothing',
    breaks: 'CTAP 2.1 section 6.11',
    ...refuseRequest('authenticatorConfig', () => true, 'CTAP2_OK'),
  },
});
