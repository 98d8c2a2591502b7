/** bio: modality, sensor and enrollment, CTAP 2.1 sections 6.7.1 to 6.7.5. */
import { toHex } from '#base/bytes.ts';
import { enrollSampleStatus, bioEnrollmentSubCommands as sub } from '#protocol/management.ts';
import {
  begin,
  beginEnrollment,
  bioVariants,
  enroll,
  listFingerprints,
  next,
  prepareFingerprint,
  sendBio,
  sendBioMembers,
} from '../bio-enrollment.ts';
import { check, checkEqual, checkRefused, checkStatus, checkSuccess, readBytes, readUnsigned } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { hasClientPin } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';

export const bio = { group: 'bio', document: 'CTAP 2.1', state: 'pin', preconditions: [hasClientPin] } as const;

/** Adds the variants of the command and of its preview. */
export const inBothCommands = (requirements: readonly RequirementInput[]): RequirementInput[] =>
  requirements.map((requirement) => ({ variants: bioVariants, ...requirement }));

const invalidOption = ['CTAP2_ERR_INVALID_OPTION', 'CTAP1_ERR_INVALID_PARAMETER'] as const;

const reading: RequirementInput[] = [
  {
    id: 'modality',
    title: 'getModality returns the modality fingerprint, and needs no token',
    section: '6.7.2',
    provenBy: ['bio.modality-unknown', 'bio.modality-missing'],
    async run(context) {
      checkEqual(checkSuccess(await sendBioMembers(context, [0x06, true])).get(0x01), 1, 'modality');
    },
  },
  {
    id: 'modality.unsupported',
    title: 'A modality that is not supported is refused',
    section: '6.7.1',
    provenBy: ['ignored-error.invalid-option'],
    accepted: invalidOption,
    async run(context) {
      checkRefused(
        context,
        await sendBioMembers(context, [0x01, 0x63], [0x02, sub.getFingerprintSensorInfo]),
        ...invalidOption,
      );
    },
  },
  {
    id: 'subcommand.missing',
    title: 'A request without a subcommand is refused with CTAP2_ERR_MISSING_PARAMETER',
    section: '6.7',
    provenBy: ['ignored-error.missing-parameter'],
    accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
    async run(context) {
      checkRefused(context, await sendBioMembers(context, [0x01, 1]), 'CTAP2_ERR_MISSING_PARAMETER');
    },
  },
  {
    id: 'subcommand.unknown',
    title: 'A subcommand that is not defined is refused',
    section: '6.7',
    provenBy: ['ignored-error.invalid-subcommand'],
    accepted: ['CTAP2_ERR_INVALID_SUBCOMMAND', 'CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const exchange = await sendBioMembers(context, [0x01, 1], [0x02, 0x63]);
      checkRefused(context, exchange, 'CTAP2_ERR_INVALID_SUBCOMMAND', 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  {
    id: 'sensor.kind',
    title: 'fingerprintKind is 1 (touch) or 2 (swipe)',
    section: '6.7.3',
    provenBy: ['bio.kind-unknown'],
    async run(context) {
      const members = checkSuccess(await sendBioMembers(context, [0x01, 1], [0x02, sub.getFingerprintSensorInfo]));
      const kind = readUnsigned(members, 0x02, 'fingerprintKind');
      check(kind === 1 || kind === 2, `Expected 1 or 2, got ${kind}`);
    },
  },
  {
    id: 'sensor.samples',
    title: 'maxCaptureSamplesRequiredForEnroll is at least 1',
    section: '6.7.3',
    provenBy: ['bio.samples-zero'],
    async run(context) {
      const members = checkSuccess(await sendBioMembers(context, [0x01, 1], [0x02, sub.getFingerprintSensorInfo]));
      const samples = readUnsigned(members, 0x03, 'maxCaptureSamplesRequiredForEnroll');
      check(samples >= 1, `Expected at least 1, got ${samples}`);
    },
  },
];

const enrolling: RequirementInput[] = [
  {
    id: 'enroll.response',
    title: 'enrollBegin returns templateId, lastEnrollSampleStatus and remainingSamples',
    section: '6.7.4',
    provenBy: ['bio.template-id-missing', 'bio.sample-status-missing', 'bio.remaining-missing'],
    async run(context) {
      const members = checkSuccess(await sendBio(context, begin()));
      readBytes(members, 0x04, 'templateId');
      readUnsigned(members, 0x05, 'lastEnrollSampleStatus');
      readUnsigned(members, 0x06, 'remainingSamples');
    },
  },
  {
    id: 'enroll.completes',
    title: 'remainingSamples reaches 0, and the fingerprint is then enrolled',
    section: '6.7.4',
    provenBy: ['bio.remaining-stuck', 'bio.last-not-listed'],
    async run(context) {
      const id = toHex(await enroll(context));
      const listed = (await listFingerprints(context)).map((fingerprint) => fingerprint.id);
      check(listed.includes(id), `Expected the fingerprint ${id} in the list, got ${listed.join(', ') || 'none'}`);
    },
  },
  {
    id: 'enroll.incomplete',
    title: 'A fingerprint is not enrolled before its last sample',
    section: '6.7.4',
    provenBy: ['bio.enrolled-at-once'],
    async run(context) {
      const before = (await listFingerprints(context)).length;
      await beginEnrollment(context);
      checkEqual((await listFingerprints(context)).length, before, 'the number of fingerprints');
    },
  },
  {
    id: 'enroll.no-user',
    title: 'Without a finger, the sample has the status no-user-activity',
    section: '6.7.4',
    provenBy: ['bio.sample-status-good'],
    async run(context) {
      const id = await beginEnrollment(context);
      context.setUser('absent');
      const exchange = await sendBio(context, next(id));
      context.setUser('touch');
      if (exchange.status === 'CTAP2_ERR_USER_ACTION_TIMEOUT') return;
      const status = checkSuccess(exchange).get(0x05);
      checkEqual(status, enrollSampleStatus['no-user-activity'], 'lastEnrollSampleStatus');
    },
  },
  {
    id: 'enroll.restarted',
    title: 'enrollBegin ends an enrollment that is in progress',
    section: '6.7.4',
    provenBy: ['ignored-error.invalid-parameter'],
    async run(context) {
      const first = await beginEnrollment(context);
      await beginEnrollment(context);
      const exchange = await sendBio(context, next(first));
      check(exchange.status !== 'CTAP2_OK', 'Expected the first enrollment to have ended, got CTAP2_OK');
    },
  },
  {
    id: 'enroll.sample-without-begin',
    title: 'enrollCaptureNextSample without an enrollment is refused',
    section: '6.7.4',
    provenBy: ['ignored-error.invalid-parameter'],
    async run(context) {
      const { status } = await sendBio(context, next(new Uint8Array([0x55, 0x55])));
      check(status !== 'CTAP2_OK', 'Expected a refusal, got CTAP2_OK');
    },
  },
  {
    id: 'enroll.cancelled',
    title: 'cancelCurrentEnrollment ends the enrollment, and needs no token',
    section: '6.7.5',
    provenBy: ['bio.cancel-ignored'],
    async run(context) {
      const id = await beginEnrollment(context);
      checkSuccess(await sendBioMembers(context, [0x01, 1], [0x02, sub.cancelCurrentEnrollment]));
      const { status } = await sendBio(context, next(id));
      check(status !== 'CTAP2_OK', 'Expected the enrollment to have ended, got CTAP2_OK');
    },
  },
  {
    id: 'enroll.platform-cancel',
    title: 'A sample that the platform cancels ends with CTAP2_ERR_KEEPALIVE_CANCEL',
    section: '11.2.9.1.5',
    provenBy: ['status.cancel-as-denied', 'ignored-error.cancel'],
    accepted: ['CTAP2_ERR_KEEPALIVE_CANCEL'],
    async run(context) {
      checkStatus(
        await context.cancelWhenWaiting((options) => sendBio(context, { ...begin(), options })),
        'CTAP2_ERR_KEEPALIVE_CANCEL',
      );
    },
  },
  {
    id: 'enroll.full',
    title: 'enrollBegin is refused with CTAP2_ERR_FP_DATABASE_FULL when no further fingerprint can be stored',
    section: '6.7.4',
    provenBy: ['ignored-error.fingerprints-full'],
    accepted: ['CTAP2_ERR_FP_DATABASE_FULL'],
    async run(context) {
      for (let count = 0; count < 20; count++) {
        const exchange = await sendBio(context, begin());
        if (exchange.status !== 'CTAP2_OK') return checkStatus(exchange, 'CTAP2_ERR_FP_DATABASE_FULL');
        check(exchange.members.size > 0, 'Expected CTAP2_ERR_FP_DATABASE_FULL, got CTAP2_OK without members');
        await prepareFingerprint(context);
      }
      throw new NotApplicable('There is space for more than 20 fingerprints');
    },
  },
];

export const bioEnrolling = defineGroup(
  bio,
  inBothCommands([...reading, ...enrolling.map((requirement) => ({ ...requirement, destructive: true }))]),
);
