/** What create() sends: makeCredential requests as a scripted key sees them. */
import { expect, test } from 'vitest';
import type { CommandRequest } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { ClientPolicy } from './context.ts';
import { create } from './create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from './credential-options.ts';
import { creationOptions, asSecurityKey, minimalInfo, rejection, createScriptedDevice, createTestClient } from './testing/test-client.ts';

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
  await rejection(create(creationOptions(changes), { ...createTestClient([asSecurityKey(device)]).context, policy }));
  return seen;
}

test('nothing optional where nothing was asked for', async () => {
  expect(Object.keys((await requestFor({}, {}))!)).toEqual(['clientDataHash', 'rp', 'user', 'pubKeyCredParams']);
});

test('the names, the user handle and every algorithm', async () => {
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
])('options for %j asked for %j', async (info, authenticatorSelection, wanted) => {
  expect((await requestFor(info, { authenticatorSelection }))?.options).toEqual(wanted);
});

test.each([
  ['switched on and allowed', true, 'enterprise', 1],
  ['switched on and allowed, managed by the platform', true, 'enterprise', 2],
  ['switched off', false, 'enterprise', undefined],
  ['not asked for', true, 'direct', undefined],
] as const)('enterprise attestation, %s', async (_case, ep, attestation, kind) => {
  const enterpriseAttestation = () => kind ?? 1;
  const request = await requestFor(
    { options: { ...minimalInfo.options, ep } },
    { attestation },
    { enterpriseAttestation },
  );
  expect(request?.enterpriseAttestation).toBe(kind);
});

test('enterprise attestation needs the consent of the client', async () => {
  const request = await requestFor({ options: { ep: true } }, { attestation: 'enterprise' });
  expect(request?.enterpriseAttestation).toBeUndefined();
});

test.each([
  [['packed'], 'none', ['none']],
  [['packed'], 'direct', ['tpm', 'packed']],
  [undefined, 'direct', undefined],
])('attestation formats of %j for %s', async (attestationFormats, attestation, wanted) => {
  const info = attestationFormats ? { attestationFormats } : {};
  const request = await requestFor(info, { attestation, attestationFormats: ['tpm', 'packed'] });
  expect(request?.attestationFormatsPreference).toEqual(wanted);
});

test('a key without a common algorithm is not sent anything', async () => {
  expect(await requestFor({ algorithms: [{ type: 'public-key', alg: -8 }] }, {})).toBeUndefined();
});

test('a name too long for the key is refused before it is sent', async () => {
  expect(await requestFor({}, { rp: { id: 'example.com', name: 'x'.repeat(2000) } })).toBeUndefined();
});
