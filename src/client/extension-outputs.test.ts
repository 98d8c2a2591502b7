/** Extension outputs of the authenticator that differ from what the page requested. `docs/client.md` gives the reasons. */
import { describe, expect, test } from 'vitest';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { ClientPolicy } from './context.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import {
  authenticatorDataWith,
  createScriptedDevice,
  encodeResponse,
  makeCredentialResponse,
} from './testing/scripted-device.ts';
import { asSecurityKey, catchRejection, createTestClient, creationOptions, rpId } from './testing/test-client.ts';

/** Runs create() on a key that supports credProtect and hmac-secret and returns these outputs. */
function createWith(outputs: Record<string, CborValue>, extensions: object, policy: Partial<ClientPolicy> = {}) {
  const map: CborMap = new Map(Object.entries(outputs));
  const device = createScriptedDevice({
    info: { extensions: ['credProtect', 'hmac-secret'] },
    makeCredential: () => makeCredentialResponse(authenticatorDataWith({ extensions: map.size > 0 ? map : undefined })),
  });
  return create(creationOptions({ extensions }), { ...createTestClient([asSecurityKey(device)]).context, policy });
}

/** Runs get() on a key that returns these outputs. */
function getWith(outputs: Record<string, CborValue>, policy: Partial<ClientPolicy> = {}) {
  const id = new Uint8Array(4);
  const extensions: CborMap = new Map(Object.entries(outputs));
  const authData = encodeAuthenticatorData({ rpIdHash: sha256(rpId), flags: flag.UP, signCount: 0, extensions });
  const device = createScriptedDevice({
    info: { extensions: ['credProtect', 'hmac-secret'] },
    getAssertion: () =>
      encodeResponse('authenticatorGetAssertion', {
        credential: { id, type: 'public-key' },
        authData,
        signature: new Uint8Array(8),
      }),
  });
  const allowCredentials = [{ type: 'public-key', id: 'AAAAAA' }];
  const { context } = createTestClient([asSecurityKey(device)]);
  return get({ challenge: 'AAAA', rpId, allowCredentials }, { ...context, policy });
}

const violation = (rule: string) => ({ name: 'NotAllowedError', endReason: 'device-error', cause: { rule } });

describe('credentialProtectionPolicy userVerificationOptionalWithCredentialIDList (2)', () => {
  const extensions = (enforce: boolean) => ({
    credentialProtectionPolicy: 'userVerificationOptionalWithCredentialIDList',
    enforceCredentialProtectionPolicy: enforce,
  });

  test.each([
    [1, true],
    [1, false],
    [0, false],
    [4, false],
    [-1, false],
    ['2', true],
    [true, true],
  ])('refuses the output %j (enforced: %s)', async (level, enforce) => {
    const error = await catchRejection(createWith({ credProtect: level }, extensions(enforce)));
    expect(error).toMatchObject(violation('response.cred-protect'));
  });

  test.each([
    [2, true],
    [3, true],
    [3, false],
  ])('accepts the output %j (enforced: %s)', async (level, enforce) => {
    expect(await createWith({ credProtect: level }, extensions(enforce))).toHaveProperty('id');
  });

  test('refuses a missing output only if the policy is enforced', async () => {
    const error = await catchRejection(createWith({}, extensions(true)));
    expect(error).toMatchObject(violation('response.cred-protect'));
    expect(await createWith({}, extensions(false))).toHaveProperty('id');
  });

  test('passes a lower output to the page if responses are not checked', async () => {
    expect(await createWith({ credProtect: 1 }, extensions(true), { checks: 'none' })).toHaveProperty('id');
  });
});

describe('an output that was not requested', () => {
  const cases: [string, Record<string, CborValue>][] = [
    ['an unknown extension', { 'example.extension': true }],
    ['hmac-secret', { 'hmac-secret': true }],
    ['a level of credProtect', { credProtect: 3 }],
  ];
  test.each(cases)('for %s is accepted, and no client output results from it', async (_case, outputs) => {
    expect((await createWith(outputs, {})).clientExtensionResults).toEqual({});
    expect((await getWith(outputs)).clientExtensionResults).toEqual({});
  });

  test.each(cases.slice(0, 2))('for %s is refused if the client policy requires it', async (_case, outputs) => {
    const policy = { unsolicitedOutputs: 'refuse' } as const;
    const expected = violation('response.unsolicited-extension');
    expect(await catchRejection(createWith(outputs, {}, policy))).toMatchObject(expected);
    expect(await catchRejection(getWith(outputs, policy))).toMatchObject(expected);
  });

  test('is never refused for credProtect at registration: a key may have a default level', async () => {
    const policy = { unsolicitedOutputs: 'refuse' } as const;
    expect(await createWith({ credProtect: 3 }, {}, policy)).toHaveProperty('id');
    expect(await catchRejection(getWith({ credProtect: 3 }, policy))).toMatchObject({ name: 'NotAllowedError' });
  });

  test('does not count as such if it was requested', async () => {
    const policy = { unsolicitedOutputs: 'refuse' } as const;
    const extensions = { prf: {}, credentialProtectionPolicy: 'userVerificationOptional' };
    const outputs = { 'hmac-secret': true, credProtect: 1 };
    expect((await createWith(outputs, extensions, policy)).clientExtensionResults).toEqual({ prf: { enabled: true } });
  });
});
