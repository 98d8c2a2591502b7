/** getClientCapabilities() reports what this client really does with its ports and authenticators. */
import { describe, expect, test } from 'vitest';
import { getClientCapabilities } from './client-capabilities.ts';
import type { AvailableAuthenticator } from './context.ts';
import { RecentAuthentications } from './recent-authentications.ts';
import { createFakeDevice } from './testing/scripted-device.ts';
import { asSecurityKey, createEmulatedKey, createTestClient } from './testing/test-client.ts';

const listed = (kind: AvailableAuthenticator['kind'], options: Parameters<typeof createEmulatedKey>[0] = {}) => ({
  ...asSecurityKey(createEmulatedKey(options).device, kind),
  kind,
});
const broken = {
  ...asSecurityKey(
    createFakeDevice(async () => new Uint8Array([0, 0xff])),
    'broken',
  ),
  kind: 'this-device' as const,
};

describe('getClientCapabilities()', () => {
  const none = {
    conditionalGet: true,
    conditionalCreate: false,
    hybridTransport: false,
    passkeyPlatformAuthenticator: false,
    relatedOrigins: false,
    userVerifyingPlatformAuthenticator: false,
  };
  const cases: [string, AvailableAuthenticator[], object][] = [
    ['without authenticators', [], {}],
    ['with a security key', [listed('security-key', { pin: '1234' })], {}],
    ['with a phone', [listed('phone')], { hybridTransport: true, passkeyPlatformAuthenticator: true }],
    [
      'with a platform authenticator that verifies the user',
      [listed('this-device', { persona: 'apple-passwords' })],
      { userVerifyingPlatformAuthenticator: true, passkeyPlatformAuthenticator: true },
    ],
    [
      'with a platform authenticator without enrolled user verification',
      [listed('this-device', { persona: 'apple-passwords', uvEnrolled: false })],
      {},
    ],
    ['with a platform authenticator that does not answer', [broken], {}],
  ];
  test.each(cases)('%s', async (_case, authenticators, differences) => {
    const { context } = createTestClient(authenticators);
    expect(await getClientCapabilities(context)).toMatchObject({ ...none, ...differences });
  });

  test('reports related origins and conditional create only with their ports', async () => {
    const { context } = createTestClient([]);
    const ports = {
      relatedOrigins: { fetchWellKnown: () => Promise.reject(new Error('unused')) },
      recentAuthentications: new RecentAuthentications(context.clock),
    };
    expect(await getClientCapabilities({ ...context, ...ports })).toMatchObject({
      relatedOrigins: true,
      conditionalCreate: true,
    });
  });

  test('lists every client extension', async () => {
    const capabilities = await getClientCapabilities(createTestClient([]).context);
    const extensions = Object.keys(capabilities).filter((name) => name.startsWith('extension:'));
    expect(extensions).toEqual(
      expect.arrayContaining(['extension:credProps', 'extension:prf', 'extension:minPinLength']),
    );
    expect(extensions.every((name) => capabilities[name])).toBe(true);
  });
});
