/** The extensions appid and appidExclude, with credentials that the emulated key created for an AppID over U2F. */
import { describe, expect, test } from 'vitest';
import { fromBase64url, toBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { parseResponse } from '#protocol/apdu.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { sha256 } from '#protocol/crypto.ts';
import { encodeU2fRegister, parseU2fRegistration } from '#protocol/u2f.ts';
import type { CtapDevice } from '#transport/device.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import {
  asSecurityKey,
  asU2fDevice,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  origin,
  rpId,
} from './testing/test-client.ts';

const appId = 'https://example.com/app-id.json';
const clientWith = (device: CtapDevice, pin?: string) =>
  createTestClient([asSecurityKey(device)], pin === undefined ? {} : { pin });
const allow = (...ids: string[]) => ids.map((id) => ({ type: 'public-key', id }));
const unknownId = toBase64url(new Uint8Array(64).fill(7));

/** Registers with the U2F API for `application` and returns the key handle. */
async function registerLegacy(device: CtapDevice, application = appId): Promise<string> {
  const apdu = encodeU2fRegister(new Uint8Array(32), sha256(application));
  const { data } = parseResponse(await defined(device.transactU2f)(apdu));
  return toBase64url(parseU2fRegistration(data).keyHandle);
}

/** The same emulated key over U2F only, and over CTAP2. */
const connections = [
  ['a key that speaks only U2F', (key: ReturnType<typeof createEmulatedKey>) => asU2fDevice(key)],
  ['a CTAP2 key', ({ device }: ReturnType<typeof createEmulatedKey>) => device],
] as const;
const createKey = (pin?: string) =>
  createEmulatedKey({ persona: 'touchstone-complete', uvEnrolled: false, ...(pin !== undefined && { pin }) });

describe.each(connections)('appid on %s', (_name, connect) => {
  const request = (extensions: object, ...ids: string[]) => ({
    challenge: 'AAAA',
    rpId,
    allowCredentials: allow(...ids),
    extensions,
  });
  const rpIdHashOf = ({ authenticatorData }: { authenticatorData: string }) =>
    parseAuthenticatorData(fromBase64url(authenticatorData)).rpIdHash;

  test('signs in with a credential of the AppID when none of the RP ID is there', async () => {
    const device = connect(createKey());
    const legacy = await registerLegacy(device);
    const { id, response, clientExtensionResults } = await get(
      request({ appid: appId }, unknownId, legacy),
      clientWith(device).context,
    );
    expect([id, clientExtensionResults]).toEqual([legacy, { appid: true }]);
    expect(rpIdHashOf(response)).toEqual(sha256(appId));
  });

  test('prefers a credential of the RP ID', async () => {
    const device = connect(createKey());
    const legacy = await registerLegacy(device);
    const { id } = await create(creationOptions(), clientWith(device).context);
    const assertion = await get(request({ appid: appId }, legacy, id), clientWith(device).context);
    expect([assertion.id, assertion.clientExtensionResults]).toEqual([id, { appid: false }]);
    expect(rpIdHashOf(assertion.response)).toEqual(sha256(rpId));
  });

  test('fails as not recognised when there is neither, and without the extension', async () => {
    const device = connect(createKey());
    const legacy = await registerLegacy(device);
    for (const options of [request({ appid: appId }, unknownId), request({}, legacy)])
      expect(await catchRejection(get(options, clientWith(device).context))).toMatchObject({
        endReason: 'not-recognised',
      });
  });
});

test('appid verifies the user with a token for the AppID on a CTAP2 key with a PIN', async () => {
  const { device } = createKey('1234');
  const legacy = await registerLegacy(device);
  const { context, asked } = clientWith(device, '1234');
  const options = { challenge: 'AAAA', rpId, userVerification: 'required', extensions: { appid: appId } };
  const { clientExtensionResults } = await get({ ...options, allowCredentials: allow(legacy) }, context);
  expect(clientExtensionResults).toEqual({ appid: true });
  expect(asked).toEqual(['pin enter 8', 'touch sign-in']);
});

describe.each(connections)('appidExclude on %s', (_name, connect) => {
  const options = (...ids: string[]) =>
    creationOptions({ excludeCredentials: allow(...ids), extensions: { appidExclude: appId } });

  test('refuses, after a touch, a key with an excluded credential of the AppID', async () => {
    const device = connect(createKey());
    const legacy = await registerLegacy(device);
    const { context, informed } = clientWith(device);
    const error = await catchRejection(create(options(unknownId, legacy), context));
    expect(error).toMatchObject({ name: 'InvalidStateError', endReason: 'already-registered' });
    expect(informed).toEqual(['already-registered']);
  });

  test('refuses a key with an excluded credential of the RP ID', async () => {
    const device = connect(createKey());
    const { id } = await create(creationOptions(), clientWith(device).context);
    const error = await catchRejection(create(options(id), clientWith(device).context));
    expect(error).toMatchObject({ name: 'InvalidStateError' });
  });

  test('creates the credential when the AppID credential is not in the exclude list', async () => {
    const device = connect(createKey());
    await registerLegacy(device);
    const { clientExtensionResults } = await create(options(unknownId), clientWith(device).context);
    expect(clientExtensionResults).toEqual({ appidExclude: true });
  });
});

describe('the AppID', () => {
  const attempt = (appid: unknown, page = origin) => {
    const { context, asked } = createTestClient([]);
    const requested = get(
      { challenge: 'AAAA', rpId: 'example.com', allowCredentials: allow('AA'), extensions: { appid } },
      { ...context, origin: page, policy: { timeout: { minMs: 0, maxMs: 0, defaultMs: 0 } } },
    );
    return { outcome: catchRejection(requested), asked };
  };
  const excluded = (appidExclude: unknown) =>
    catchRejection(create(creationOptions({ extensions: { appidExclude } }), createTestClient([]).context));

  test.each([
    ['of another site', 'https://example.org/app-id.json', 'SecurityError'],
    ['of a site under the same public suffix', 'https://other.com', 'SecurityError'],
    ['that is not https', 'http://example.com', 'SecurityError'],
    ['that is not a URL', 'example.com', 'SecurityError'],
    ['of an Android app', 'android:apk-key-hash:AAAA', 'SecurityError'],
    ['that is not a string', 5, 'TypeError'],
    ['that is null', null, 'TypeError'],
  ])('%s is refused', async (_case, appid, name) => {
    const { outcome, asked } = attempt(appid);
    expect(await outcome).toMatchObject({ name });
    expect(asked).toEqual([]);
    expect(await excluded(appid)).toMatchObject({ name });
  });

  test.each([
    ['of the same host', 'https://login.example.com/u2f'],
    ['of another host of the site', 'https://u2f.example.com/app-id.json'],
    ['that is the origin', origin],
    ['that is empty', ''],
  ])('%s is accepted', async (_case, appid) => {
    expect(await attempt(appid).outcome).toMatchObject({ name: 'NotAllowedError', endReason: 'timeout' });
  });

  test('is ignored by the other ceremony: appid in create(), appidExclude in get()', async () => {
    const { device } = createEmulatedKey();
    const { id, clientExtensionResults } = await create(
      creationOptions({ extensions: { appid: 'https://example.org' } }),
      clientWith(device).context,
    );
    expect(clientExtensionResults).toEqual({});
    const options = { challenge: 'AAAA', rpId, allowCredentials: allow(id), extensions: { appidExclude: 5 } };
    expect((await get(options, clientWith(device).context)).clientExtensionResults).toEqual({});
  });
});
