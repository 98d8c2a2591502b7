/** How failures of the authenticator and of the transport end a ceremony: for the page and for the user. */
import { describe, expect, test } from 'vitest';
import { CtapError, TransportError, WebAuthnError } from '#protocol/errors.ts';
import { create } from './create.ts';
import { statusToDomException } from './status-to-dom-exception.ts';
import { createFakeDevice, createScriptedDevice, makeCredentialResponse } from './testing/scripted-device.ts';
import { asSecurityKey, catchRejection, createTestClient, creationOptions } from './testing/test-client.ts';

test('create() succeeds with the scripted device that the cases below change', async () => {
  const device = createScriptedDevice({ makeCredential: () => makeCredentialResponse() });
  expect(await create(creationOptions(), createTestClient([asSecurityKey(device)]).context)).toHaveProperty('id');
});

describe('a failure of the authenticator', () => {
  const statuses = Object.entries(statusToDomException) as [
    keyof typeof statusToDomException,
    (typeof statusToDomException)[keyof typeof statusToDomException],
  ][];
  test.each(statuses)(
    '%s ends the ceremony with the error and the reason of the table',
    async (status, { name, reason }) => {
      const device = createScriptedDevice({ makeCredential: () => status });
      const { context, informed } = createTestClient([asSecurityKey(device)]);
      const error = await catchRejection(create(creationOptions(), context));
      expect(error).toBeInstanceOf(WebAuthnError);
      expect(error).toMatchObject({ name, endReason: reason, cause: expect.objectContaining({ status }) });
      expect(informed).toEqual(reason ? [reason] : []);
    },
  );

  test('is reported to the page as NotAllowedError, except for an excluded credential', () => {
    const others = Object.entries(statusToDomException).filter(([, { name }]) => name !== 'NotAllowedError');
    expect(others).toEqual([['CTAP2_ERR_CREDENTIAL_EXCLUDED', expect.objectContaining({ name: 'InvalidStateError' })]]);
  });

  test('with an unknown status is reported as NotAllowedError with the status in the message', async () => {
    const device = createScriptedDevice({ makeCredential: () => new Uint8Array([0xf3]) });
    const error = await catchRejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ name: 'NotAllowedError', cause: expect.any(CtapError) });
    expect((error as Error).message).toContain('0xf3');
  });
});

describe('a failure of the transport', () => {
  test.each([
    ['timeout', 'device-error'],
    ['framing', 'device-error'],
    ['unavailable', 'device-error'],
  ] as const)('of kind %s is NotAllowedError with the reason %s', async (kind, endReason) => {
    const device = createFakeDevice(async () => {
      throw new TransportError(kind, 'broken');
    });
    const error = await catchRejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason, cause: expect.any(TransportError) });
  });
});

test('an unexpected error of the device driver is UnknownError', async () => {
  const device = createFakeDevice(() => {
    throw new RangeError('A bug in the driver');
  });
  const error = await catchRejection(create(creationOptions(), createTestClient([asSecurityKey(device)]).context));
  expect(error).toMatchObject({ name: 'UnknownError', cause: expect.any(RangeError) });
});
