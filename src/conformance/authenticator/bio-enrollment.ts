/** Valid requests of authenticatorBioEnrollment and of its preview, CTAP 2.1 section 6.7. */
import { toHex } from '#base/bytes.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { bioEnrollmentSubCommands as sub } from '#protocol/management.ts';
import { check, checkSuccess, readBytes, readList, readUnsigned } from './checks.ts';
import type { Exchange } from './exchange.ts';
import { setUp } from './failures.ts';
import { type ManagementCommand, type ManagementRequest, sendManagement } from './management.ts';
import { hasOption } from './preconditions.ts';
import type { Variant } from './requirement.ts';
import type { TestContext } from './test-context.ts';

const fingerprint = 0x01;

export const bioEnrollment: ManagementCommand = {
  command: 'authenticatorBioEnrollment',
  permission: 'be',
  keys: { subCommand: 0x02, params: 0x03, protocol: 0x04, param: 0x05 },
  prefix: [fingerprint],
  members: [[0x01, fingerprint]],
};

const preview: ManagementCommand = { ...bioEnrollment, command: 'authenticatorBioEnrollmentPreview' };

/** One case for the command of CTAP 2.1, and one for the preview. */
export const bioVariants: readonly Variant[] = [
  { name: 'ctap21', preconditions: [hasOption('bioEnroll')] },
  { name: 'preview', preconditions: [hasOption('userVerificationMgmtPreview')] },
];

/** The command that the variant names. */
const bioCommandOf = ({ variant }: TestContext): ManagementCommand => (variant === 'preview' ? preview : bioEnrollment);

export const bioParams = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);

export const sendBio = (context: TestContext, request: ManagementRequest): Promise<Exchange> =>
  sendManagement(context, bioCommandOf(context), request);

/** Sends members without a token. */
export const sendBioMembers = (context: TestContext, ...members: [CborKey, CborValue][]): Promise<Exchange> =>
  context.send(bioCommandOf(context).command, new Map(members));

export const begin = (): ManagementRequest => ({ subCommand: sub.enrollBegin });
export const next = (templateId: Uint8Array): ManagementRequest => ({
  subCommand: sub.enrollCaptureNextSample,
  params: bioParams([0x01, templateId]),
});
export const nameOf = (templateId: Uint8Array, name: string): ManagementRequest => ({
  subCommand: sub.setFriendlyName,
  params: bioParams([0x01, templateId], [0x02, name]),
});
export const removal = (templateId: Uint8Array): ManagementRequest => ({
  subCommand: sub.removeEnrollment,
  params: bioParams([0x01, templateId]),
});

/** No authenticator needs more samples of one finger. */
const maxSamples = 30;

/** Enrolls a fingerprint, and returns its id. */
export async function enroll(context: TestContext): Promise<Uint8Array> {
  let members = checkSuccess(await sendBio(context, begin()));
  const templateId = readBytes(members, 0x04, 'templateId');
  for (let count = 0; readUnsigned(members, 0x06, 'remainingSamples') > 0; count++) {
    check(count < maxSamples, `Expected the enrollment to end within ${maxSamples} samples`);
    members = checkSuccess(await sendBio(context, next(templateId)));
  }
  return templateId;
}

/** Enrolls as the preparation of a check. @throws {SetUpFailed} */
export const prepareFingerprint = (context: TestContext): Promise<Uint8Array> =>
  setUp('enroll a fingerprint', () => enroll(context));

/** Begins an enrollment as the preparation of a check, and returns the id. @throws {SetUpFailed} */
export const beginEnrollment = (context: TestContext): Promise<Uint8Array> =>
  setUp('begin an enrollment', async () =>
    readBytes(checkSuccess(await sendBio(context, begin())), 0x04, 'templateId'),
  );

/** A fingerprint in the response to enumerateEnrollments. */
export interface ListedFingerprint {
  /** Hex. */
  id: string;
  name: CborValue | undefined;
}

/** Returns the enrolled fingerprints. */
export async function listFingerprints(context: TestContext): Promise<ListedFingerprint[]> {
  const exchange = await sendBio(context, { subCommand: sub.enumerateEnrollments });
  if (exchange.status === 'CTAP2_ERR_INVALID_OPTION') return [];
  return readList(checkSuccess(exchange), 0x07, 'templateInfos').map((entry) => {
    check(entry instanceof Map, 'Expected every item of templateInfos to be a map');
    return { id: toHex(readBytes(entry, 0x01, 'templateId')), name: entry.get(0x02) };
  });
}
