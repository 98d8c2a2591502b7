import { expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { permissions } from '#protocol/commands.ts';
import { enrollSampleStatus } from '#protocol/management.ts';
import type { GestureOutcome } from '../gestures.ts';
import type { AuthenticatorOptions } from '../index.ts';
import { pin, TestManager } from '../testing/management.ts';

const { be } = permissions;

/** A person who does these things in turn, then lays good fingers on. */
const person = (...outcomes: GestureOutcome[]) => ({ respond: () => outcomes.shift() ?? 'granted' });
const managerFor = (options: Partial<AuthenticatorOptions> = {}) => TestManager.of({ uvEnrolled: false, ...options });

async function enroll(manager: TestManager, token: Uint8Array): Promise<Uint8Array> {
  const { response } = await manager.bio('enrollBegin', token);
  const templateId = response.templateId!;
  for (let left = response.remainingSamples!; left > 0; )
    left = (await manager.bio('enrollCaptureNextSample', token, { templateId })).response.remainingSamples!;
  return templateId;
}

it('tells modality and sensor without a token', async () => {
  const manager = managerFor();
  expect((await manager.send('authenticatorBioEnrollment', { getModality: true })).response).toEqual({ modality: 1 });
  expect((await manager.bio('getFingerprintSensorInfo')).response).toEqual({
    modality: 1,
    fingerprintKind: 1,
    maxCaptureSamplesRequiredForEnroll: 3,
    maxTemplateFriendlyName: 32,
  });
});

it('enrols with feedback on each sample; only good ones count', async () => {
  const manager = managerFor({ gestures: person('too-fast', 'granted', 'too-left', 'timeout', 'no-match', 'granted') });
  const token = await manager.token(be);
  const samples = [];
  const begun = await manager.bio('enrollBegin', token);
  samples.push([begun.response.lastEnrollSampleStatus, begun.response.remainingSamples]);
  const templateId = begun.response.templateId!;
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

it('a template is stored with its last sample, and not when it is cancelled', async () => {
  const manager = managerFor();
  const token = await manager.token(be);
  const templateId = (await manager.bio('enrollBegin', token)).response.templateId!;
  expect((await manager.bio('cancelCurrentEnrollment')).status).toBe('CTAP2_OK');
  expect((await manager.bio('enrollCaptureNextSample', token, { templateId })).status).toBe(
    'CTAP1_ERR_INVALID_PARAMETER',
  );
  expect((await manager.bio('enumerateEnrollments', token)).status).toBe('CTAP2_ERR_INVALID_OPTION');
  const whole = await enroll(manager, token);
  expect((await manager.bio('enumerateEnrollments', token)).response.templateInfos).toEqual([{ templateId: whole }]);
});

it('names and removes; with the last finger goes user verification', async () => {
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

it('has room for five', async () => {
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
] as const)('%s with permission %s and no parameters -> %s', async (name, permission, status) => {
  const manager = managerFor();
  const token = permission === undefined ? undefined : await manager.token(permission);
  expect((await manager.bio(name, token)).status).toBe(status);
});

it.each([
  ['no modality', { subCommand: 4 }, 'CTAP2_ERR_MISSING_PARAMETER'],
  ['another modality', { modality: 2, subCommand: 4 }, 'CTAP2_ERR_INVALID_OPTION'],
  ['subcommand 8', { modality: 1, subCommand: 8 }, 'CTAP2_ERR_INVALID_SUBCOMMAND'],
])('%s -> %3$s', async (_title, request, status) => {
  expect((await managerFor().send('authenticatorBioEnrollment', request)).status).toBe(status);
});

it('declining an enrollment -> CTAP2_ERR_OPERATION_DENIED, and nothing is kept', async () => {
  const manager = managerFor({ gestures: person('denied') });
  const token = await manager.token(be);
  expect((await manager.bio('enrollBegin', token)).status).toBe('CTAP2_ERR_OPERATION_DENIED');
  expect((await manager.bio('enumerateEnrollments', token)).status).toBe('CTAP2_ERR_INVALID_OPTION');
});

it('the PIN of another life: a reset removes fingers', async () => {
  const manager = TestManager.of();
  expect((await manager.info()).options?.bioEnroll).toBe(true);
  await manager.send('authenticatorReset');
  expect((await manager.info()).options).toMatchObject({ bioEnroll: false, uv: false, clientPin: false });
  expect(await manager.setPin(2, pin)).toBe('CTAP2_OK');
});
