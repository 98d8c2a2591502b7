/** Defects of authenticatorBioEnrollment, both in CTAP 2.1 and in the preview, CTAP 2.1 section 6.7. */
import type { CborMap } from '#protocol/cbor.ts';
import { deleteMember, type Edit, editMember, setMember } from '#protocol/edits.ts';
import { CtapError } from '#protocol/errors.ts';
import { type BioEnrollmentSubCommand, bioEnrollmentSubCommands } from '#protocol/management.ts';
import type { FaultChanges } from '../fault-hooks.ts';
import { defectsDetectedBy } from './defect.ts';

const names: readonly string[] = ['authenticatorBioEnrollment', 'authenticatorBioEnrollmentPreview'];
const section = (number: string): string => `CTAP 2.1 section ${number}`;

/** A subcommand that answers CTAP2_OK and does nothing. */
const ignore = (subCommand: BioEnrollmentSubCommand): FaultChanges => ({
  request(parameters, name) {
    const isIgnored = names.includes(name) && parameters.get(0x02) === bioEnrollmentSubCommands[subCommand];
    if (isIgnored) throw new CtapError('CTAP2_OK');
    return parameters;
  },
});

const editResponses = (change: Edit): FaultChanges => ({
  response: (members, name) => (names.includes(name) ? change(members) : members),
});

/** Changes the entry of one fingerprint. */
const editTemplates = (change: (templates: CborMap[]) => CborMap[]): FaultChanges =>
  editResponses(editMember(0x07, (templates) => change(templates as CborMap[])));

const clientDefects = defectsDetectedBy('client', {
  'bio.modality-unknown': {
    title: 'modality is not a registered value',
    breaks: section('6.7'),
    ...editResponses(editMember(0x01, () => 99)),
  },
  'bio.modality-missing': {
    title: 'modality is missing',
    breaks: section('6.7'),
    ...editResponses(deleteMember(0x01)),
  },
  'bio.samples-zero': {
    title: 'maxCaptureSamplesRequiredForEnroll is zero',
    breaks: section('6.7'),
    ...editResponses(editMember(0x03, () => 0)),
  },
  'bio.kind-unknown': {
    title: 'fingerprintKind is neither touch nor swipe',
    breaks: section('6.7'),
    ...editResponses(editMember(0x02, () => 99)),
  },
});

const suiteDefects = defectsDetectedBy('suite', {
  'bio.name-ignored': {
    title: 'setFriendlyName answers CTAP2_OK but keeps the name',
    breaks: section('6.7.7'),
    ...ignore('setFriendlyName'),
  },
  'bio.remove-ignored': {
    title: 'removeEnrollment answers CTAP2_OK but keeps the fingerprint',
    breaks: section('6.7.8'),
    ...ignore('removeEnrollment'),
  },
  'bio.cancel-ignored': {
    title: 'cancelCurrentEnrollment answers CTAP2_OK but continues the enrollment',
    breaks: section('6.7.5'),
    ...ignore('cancelCurrentEnrollment'),
  },
  'bio.enrolled-at-once': {
    title: 'A fingerprint is enrolled with its first sample',
    breaks: section('6.7.4'),
    rules: { enrollAfterLastSample: false },
  },
  'bio.template-id-missing': {
    title: 'templateId is missing in the response to enrollBegin',
    breaks: section('6.7.4'),
    ...editResponses(deleteMember(0x04)),
  },
  'bio.sample-status-good': {
    title: 'Every sample is reported as good',
    breaks: section('6.7.4'),
    ...editResponses(editMember(0x05, () => 0)),
  },
  'bio.sample-status-missing': {
    title: 'lastEnrollSampleStatus is missing',
    breaks: section('6.7.4'),
    ...editResponses(deleteMember(0x05)),
  },
  'bio.remaining-stuck': {
    title: 'remainingSamples never decreases',
    breaks: section('6.7.4'),
    ...editResponses(editMember(0x06, () => 2)),
  },
  'bio.remaining-missing': {
    title: 'remainingSamples is missing',
    breaks: section('6.7.4'),
    ...editResponses(deleteMember(0x06)),
  },
  'bio.last-not-listed': {
    title: 'enumerateEnrollments does not return the last fingerprint',
    breaks: section('6.7.6'),
    ...editTemplates((templates) => templates.slice(0, -1)),
  },
  'bio.list-id-text': {
    title: 'The ids of enumerated fingerprints are text',
    breaks: section('6.7.6'),
    ...editTemplates((templates) => templates.map((template) => setMember(0x01, 'id')(template))),
  },
});

export const bioEnrollmentDefects = { ...clientDefects, ...suiteDefects };
