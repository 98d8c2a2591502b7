/** The makeCredential requests that create() sends, recorded by a scripted key. */
import { describe, expect, test } from 'vitest';
import { fromBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CommandRequest } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { ClientPolicy } from './context.ts';
import { create } from './create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from './credential-options.ts';
import {
  authenticatorDataWith,
  createScriptedDevice,
  makeCredentialResponse,
  minimalInfo,
} from './testing/scripted-device.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
} from './testing/test-client.ts';

/** Runs create() and returns the makeCredential request, or undefined when none was sent. */
async function requestFor(
  info: Partial<AuthenticatorInfo>,
  changes: Partial<PublicKeyCredentialCreationOptionsJSON>,
  policy: Partial<ClientPolicy> = {},
) {
  let seen: CommandRequest<'authenticatorMakeCredential'> | undefined;
  const device = createScriptedDevice({
    info,
    makeCredential(request) {
      seen = request;
      return 'CTAP2_ERR_OPERATION_DENIED';
    },
  });
  await catchRejection(
    create(creationOptions(changes), { ...createTestClient([asSecurityKey(device)]).context, policy }),
  );
  return seen;
}

test('omits every optional parameter by default', async () => {
  expect(Object.keys(defined(await requestFor({}, {})))).toEqual(['clientDataHash', 'rp', 'user', 'pubKeyCredParams']);
});

test('sends names, user handle and every public-key algorithm', async () => {
  const pubKeyCredParams = [-257, -7].map((alg) => ({ type: 'public-key', alg }));
  const mixed = [{ type: 'password', alg: 1 }, ...pubKeyCredParams];
  expect(await requestFor({}, { rp: { name: 'Example' }, pubKeyCredParams: mixed })).toMatchObject({
    rp: { id: 'login.example.com', name: 'Example' },
    user: { id: new Uint8Array([1, 2, 3, 4]), name: 'alice', displayName: 'Alice' },
    pubKeyCredParams,
  });
});

test.each([
  [{}, { residentKey: 'required' }, { rk: true }],
  [{}, { requireResidentKey: true }, { rk: true }],
  [{}, { residentKey: 'discouraged', requireResidentKey: true }, undefined],
  [{ options: { rk: true } }, { residentKey: 'preferred' }, { rk: true }],
  [{ options: {} }, { residentKey: 'preferred' }, undefined],
  [{ remainingDiscoverableCredentials: 0 }, { residentKey: 'preferred' }, undefined],
  [{ options: { rk: true, uv: true } }, { userVerification: 'required' }, { uv: true }],
  [{ options: { rk: true, uv: true } }, { userVerification: 'discouraged' }, { uv: true }],
  [{ options: { rk: true, uv: true, makeCredUvNotRqd: true } }, { userVerification: 'discouraged' }, undefined],
  [{ options: { rk: true, uv: false } }, { userVerification: 'preferred' }, undefined],
])('getInfo %j and authenticatorSelection %j: sends options %j', async (info, authenticatorSelection, expected) => {
  expect((await requestFor(info, { authenticatorSelection }))?.options).toEqual(expected);
});

test.each([
  ['enabled and allowed', true, 'enterprise', 1],
  ['enabled and allowed as platform-managed', true, 'enterprise', 2],
  ['disabled on the key', false, 'enterprise', undefined],
  ['not requested', true, 'direct', undefined],
] as const)('enterprise attestation that is %s', async (_case, ep, attestation, kind) => {
  const enterpriseAttestation = () => kind ?? 1;
  const request = await requestFor(
    { options: { ...minimalInfo.options, ep } },
    { attestation },
    { enterpriseAttestation },
  );
  expect(request?.enterpriseAttestation).toBe(kind);
});

test('enterprise attestation is not requested unless the client policy allows it', async () => {
  const request = await requestFor({ options: { ep: true } }, { attestation: 'enterprise' });
  expect(request?.enterpriseAttestation).toBeUndefined();
});

test.each([
  [['packed'], 'none', ['none']],
  [['packed'], 'direct', ['tpm', 'packed']],
  [undefined, 'direct', undefined],
])('a key with formats %j and attestation %s: sends formats %j', async (attestationFormats, attestation, expected) => {
  const info = attestationFormats ? { attestationFormats } : {};
  const request = await requestFor(info, { attestation, attestationFormats: ['tpm', 'packed'] });
  expect(request?.attestationFormatsPreference).toEqual(expected);
});

test.each([
  ['another algorithm', [{ type: 'public-key', alg: -8 }]],
  ['the algorithm for another type of credential', [{ type: 'future-credential', alg: -7 }]],
])('sends nothing to a key that lists only %s', async (_case, algorithms) => {
  expect(await requestFor({ algorithms }, {})).toBeUndefined();
});

test('does not send a request that is longer than maxMsgSize', async () => {
  expect(await requestFor({}, { rp: { id: 'example.com', name: 'x'.repeat(2000) } })).toBeUndefined();
});

describe('a full key that does not report its remaining credentials', () => {
  const extensions = { credProps: true };
  /** Creates an emulated key with one discoverable credential and no room for another. */
  async function createFullKey(options: Parameters<typeof createEmulatedKey>[0] = {}) {
    const key = createEmulatedKey({ credentialCapacity: 1, ...options });
    const client = () => createTestClient([asSecurityKey(key.device)], { pin: '1234' });
    const user = { id: 'AA', name: 'other', displayName: 'Other' };
    await create(creationOptions({ user, authenticatorSelection: { residentKey: 'preferred' } }), client().context);
    key.sent.length = 0;
    return { ...key, ...client() };
  }

  test.each([
    ['without a PIN', {}, ['touch register', 'touch register', 'review']],
    ['with a PIN, asked for once', { pin: '1234' }, ['pin enter 8', 'touch register', 'touch register', 'review']],
  ])(
    '%s: creates a credential that is not discoverable when residentKey is preferred',
    async (_case, options, prompts) => {
      const { context, asked, authenticator, sent } = await createFullKey(options);
      const authenticatorSelection = { residentKey: 'preferred', userVerification: 'preferred' };
      const credential = await create(creationOptions({ authenticatorSelection, extensions }), context);
      expect(credential.clientExtensionResults).toEqual({ credProps: { rk: false } });
      expect(authenticator.inspect().credentials).toHaveLength(1);
      expect(sent.filter((name) => name === 'authenticatorMakeCredential')).toHaveLength(2);
      expect(asked).toEqual(prompts);
      const { flags } = parseAuthenticatorData(fromBase64url(credential.response.authenticatorData));
      expect((flags & flag.UV) !== 0).toBe('pin' in options);
    },
  );

  test('with a fingerprint: verifies the user again for the second request', async () => {
    const requests: (Record<string, boolean> | undefined)[] = [];
    const device = createScriptedDevice({
      info: { options: { rk: true, uv: true } },
      makeCredential({ options }) {
        requests.push(options);
        const authData = authenticatorDataWith({ flags: flag.UP | flag.UV });
        return options?.rk ? 'CTAP2_ERR_KEY_STORE_FULL' : makeCredentialResponse(authData);
      },
    });
    const { context } = createTestClient([asSecurityKey(device)]);
    await create(creationOptions({ authenticatorSelection: { residentKey: 'preferred' } }), context);
    expect(requests).toEqual([{ rk: true, uv: true }, { uv: true }]);
  });

  test.each([
    ['required', 1],
    ['preferred', 2],
  ])('ends as full when residentKey is %s and every request ends with KEY_STORE_FULL', async (residentKey, count) => {
    let requests = 0;
    const device = createScriptedDevice({
      makeCredential() {
        requests++;
        return 'CTAP2_ERR_KEY_STORE_FULL';
      },
    });
    const { context, informed } = createTestClient([asSecurityKey(device)]);
    const error = await catchRejection(create(creationOptions({ authenticatorSelection: { residentKey } }), context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'storage-full' });
    expect([requests, informed]).toEqual([count, ['storage-full']]);
  });

  test.each(['CTAP2_ERR_OPERATION_DENIED', 'CTAP2_ERR_LIMIT_EXCEEDED', 'CTAP1_ERR_OTHER'] as const)(
    'does not try again after %s',
    async (status) => {
      let requests = 0;
      const device = createScriptedDevice({
        makeCredential() {
          requests++;
          return status;
        },
      });
      const { context } = createTestClient([asSecurityKey(device)]);
      await catchRejection(create(creationOptions({ authenticatorSelection: { residentKey: 'preferred' } }), context));
      expect(requests).toBe(1);
    },
  );
});
