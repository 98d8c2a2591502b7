import { expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { permissions } from '#protocol/commands.ts';
import { enrollSampleStatus } from '#protocol/management.ts';
import type { GestureOutcome } from '../gestures.ts';
import type { AuthenticatorOptions } from '../index.ts';
import { ManagementPlatform, pin } from '../testing/management-platform.ts';

const { be } = permissions;

/** Gestures with these outcomes in turn, then with good samples. */
const gesturesWith = (...outcomes: GestureOutcome[]) => ({ respond: () => outcomes.shift() ?? 'granted' });
const managerFor = (options: Partial<AuthenticatorOptions> = {}) =>
  ManagementPlatform.of({ uvEnrolled: false, ...options });

async function enroll(manager: ManagementPlatform, token: Uint8Array): Promise<Uint8Array> {
  const { response } = await manager.bio('enrollBegin', token);
  const templateId = defined(response.templateId);
  for (let left = defined(response.remainingSamples); left > 0; ) {
    const next = await manager.bio('enrollCaptureNextSample', token, { templateId });
    left = defined(next.response.remainingSamples);
  }
  return templateId;
}

it('returns modality and sensor info without a token', async () => {
  const manager = managerFor();
  expect((await manager.send('authenticatorBioEnrollment', { getModality: true })).response).toEqual({ modality: 1 });
  expect((await manager.bio('getFingerprintSensorInfo')).response).toEqual({
    modality: 1,
    fingerprintKind: 1,
    maxCaptureSamplesRequiredForEnroll: 3,
    maxTemplateFriendlyName: 32,
  });
});

it('reports the status of each sample; only good samples count', async () => {
  const manager = managerFor({
    gestures: gesturesWith('too-fast', 'granted', 'too-left', 'timeout', 'no-match', 'granted'),
  });
  const token = await manager.token(be);
  const samples = [];
  const begun = await manager.bio('enrollBegin', token);
  samples.push([begun.response.lastEnrollSampleStatus, begun.response.remainingSamples]);
  const templateId = defined(begun.response.templateId);
  for (let count = 0; count < 5; count++) {
    const { response } = await manager.bio('enrollCaptureNextSample', token, { templateId });
    samples.push([response.lastEnrollSampleStatus, response.remainingSamples]);
  }
  const { good } = enrollSampleStatus;
  expect(samples).toEqual([
    [enrollSampleStatus['too-fast'], 3],
    [good, 2],
    [enrollSampleStatus['too-left'], 2],
    [enrollSampleStatus['no-user-activity'], 2],
    [good, 1],
    [good, 0],
  ]);
  expect((await manager.info()).options).toMatchObject({ bioEnroll: true, uv: true });
  expect((await manager.bio('enrollCaptureNextSample', token, { templateId })).status).toBe(
    'CTAP1_ERR_INVALID_PARAMETER',
  );
});

it('stores a template after its last sample, and not if the enrollment is cancelled', async () => {
  const manager = managerFor();
  const token = await manager.token(be);
  const templateId = defined((await manager.bio('enrollBegin', token)).response.templateId);
  expect((await manager.bio('cancelCurrentEnrollment')).status).toBe('CTAP2_OK');
  expect((await manager.bio('enrollCaptureNextSample', token, { templateId })).status).toBe(
    'CTAP1_ERR_INVALID_PARAMETER',
  );
  expect((await manager.bio('enumerateEnrollments', token)).status).toBe('CTAP2_ERR_INVALID_OPTION');
  const whole = await enroll(manager, token);
  expect((await manager.bio('enumerateEnrollments', token)).response.templateInfos).toEqual([
    { templateId: whole, templateFriendlyName: '' },
  ]);
});

it('names and removes fingerprints; without fingerprints user verification is off', async () => {
  const manager = managerFor();
  const token = await manager.token(be);
  const templateId = await enroll(manager, token);
  const named = (templateFriendlyName: string, id = templateId) =>
    manager.bio('setFriendlyName', token, { templateId: id, templateFriendlyName });
  expect((await named('thumb')).status).toBe('CTAP2_OK');
  expect((await named('x'.repeat(33))).status).toBe('CTAP1_ERR_INVALID_LENGTH');
  expect((await named('thumb', utf8('no such'))).status).toBe('CTAP2_ERR_INVALID_OPTION');
  expect((await manager.bio('enumerateEnrollments', token)).response.templateInfos).toEqual([
    { templateId, templateFriendlyName: 'thumb' },
  ]);
  expect((await manager.bio('removeEnrollment', token, { templateId })).status).toBe('CTAP2_OK');
  expect((await manager.bio('removeEnrollment', token, { templateId })).status).toBe('CTAP2_ERR_INVALID_OPTION');
  expect((await manager.info()).options).toMatchObject({ bioEnroll: false, uv: false });
});

it('lists every fingerprint with a name, which is empty until it is set', async () => {
  const manager = ManagementPlatform.of();
  const token = await manager.token(be);
  const listNames = async () =>
    (await manager.bio('enumerateEnrollments', token)).response.templateInfos?.map(
      ({ templateFriendlyName }) => templateFriendlyName,
    );
  const second = await enroll(manager, token);
  expect(await listNames()).toEqual(['', '']);
  await manager.bio('setFriendlyName', token, { templateId: second, templateFriendlyName: 'thumb' });
  expect(await listNames()).toEqual(['', 'thumb']);
});

it('stores at most five fingerprints', async () => {
  const manager = managerFor();
  const token = await manager.token(be);
  for (let count = 0; count < 5; count++) await enroll(manager, token);
  expect((await manager.bio('enrollBegin', token)).status).toBe('CTAP2_ERR_FP_DATABASE_FULL');
});

it.each([
  ['enrollBegin', undefined, 'CTAP2_ERR_PUAT_REQUIRED'],
  ['enrollBegin', permissions.cm, 'CTAP2_ERR_PIN_AUTH_INVALID'],
  ['enumerateEnrollments', undefined, 'CTAP2_ERR_PUAT_REQUIRED'],
  ['removeEnrollment', be, 'CTAP2_ERR_MISSING_PARAMETER'],
  ['setFriendlyName', be, 'CTAP2_ERR_MISSING_PARAMETER'],
  ['enrollCaptureNextSample', be, 'CTAP2_ERR_MISSING_PARAMETER'],
] as const)('%s with permission %s and without parameters answers %s', async (name, permission, status) => {
  const manager = managerFor();
  const token = permission === undefined ? undefined : await manager.token(permission);
  expect((await manager.bio(name, token)).status).toBe(status);
});

it.each([
  ['no modality', { subCommand: 4 }, 'CTAP2_ERR_MISSING_PARAMETER'],
  ['another modality', { modality: 2, subCommand: 4 }, 'CTAP2_ERR_INVALID_OPTION'],
  ['subcommand 8', { modality: 1, subCommand: 8 }, 'CTAP2_ERR_INVALID_SUBCOMMAND'],
])('a request with %s answers $2', async (_title, request, status) => {
  expect((await managerFor().send('authenticatorBioEnrollment', request)).status).toBe(status);
});

it('a declined enrollment answers CTAP2_ERR_OPERATION_DENIED and stores nothing', async () => {
  const manager = managerFor({ gestures: gesturesWith('denied') });
  const token = await manager.token(be);
  expect((await manager.bio('enrollBegin', token)).status).toBe('CTAP2_ERR_OPERATION_DENIED');
  expect((await manager.bio('enumerateEnrollments', token)).status).toBe('CTAP2_ERR_INVALID_OPTION');
});

it('a reset removes fingerprints and the PIN', async () => {
  const manager = ManagementPlatform.of();
  expect((await manager.info()).options?.bioEnroll).toBe(true);
  await manager.send('authenticatorReset');
  expect((await manager.info()).options).toMatchObject({ bioEnroll: false, uv: false, clientPin: false });
  expect(await manager.setPin(2, pin)).toBe('CTAP2_OK');
});
