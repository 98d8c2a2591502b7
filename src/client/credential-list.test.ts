/** Exclude and allow lists of every length, against the emulator and against a scripted key that counts. */
import { describe, expect, test } from 'vitest';
import { equal, fromBase64url, toBase64url } from '#base/bytes.ts';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import type { CommandRequest } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import {
  creationOptions,
  createEmulatedKey,
  asSecurityKey,
  ok,
  rejection,
  rpId,
  createScriptedDevice,
  createTestClient,
} from './testing/test-client.ts';

const others = (count: number, length = 32) =>
  Array.from({ length: count }, (_, index) => ({
    type: 'public-key',
    id: toBase64url(new Uint8Array(length).fill(index + 1)),
  }));

describe('excludeCredentials on the emulator', () => {
  test.each([
    ['alone', 0, 0],
    ['first of ten', 0, 9],
    ['last of ten', 9, 0],
    ['in the middle of a hundred', 50, 49],
  ])('the key that has one, %s, refuses after a touch', async (_case, before, after) => {
    const { device } = createEmulatedKey({ pin: '1234' });
    const world = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const { id } = await create(creationOptions(), world().context);
    const { context, asked, informed } = world();
    const excludeCredentials = [...others(before), { type: 'public-key', id }, ...others(after)];
    const error = await rejection(create(creationOptions({ excludeCredentials }), context));
    expect(error).toMatchObject({ name: 'InvalidStateError', endReason: 'already-registered' });
    const isSearched = before + after > 0;
    expect(asked).toEqual(['pin enter 8', isSearched ? 'touch already-registered' : 'touch register']);
    expect(informed).toEqual(['already-registered']);
  });

  test('a key that has none of a hundred makes the credential', async () => {
    const { device, sent } = createEmulatedKey();
    const { context } = createTestClient([asSecurityKey(device)]);
    await create(creationOptions({ excludeCredentials: others(100) }), context);
    expect(sent.filter((name) => name === 'authenticatorMakeCredential')).toHaveLength(1);
    expect(sent.filter((name) => name === 'authenticatorGetAssertion').length).toBeGreaterThan(1);
  });

  test('a credential that shows itself only to a verified user is found', async () => {
    const { device } = createEmulatedKey({ persona: 'touchstone-key', pin: '1234' });
    const world = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const extensions = { credentialProtectionPolicy: 'userVerificationRequired' };
    const { id } = await create(creationOptions({ extensions }), world().context);
    const excludeCredentials = [...others(30), { type: 'public-key', id }];
    const error = await rejection(create(creationOptions({ excludeCredentials }), world().context));
    expect(error).toMatchObject({ name: 'InvalidStateError' });
  });
});

describe('what a key is sent', () => {
  /** A key that has the credential `held`, and what it was asked. */
  function counting(info: Partial<AuthenticatorInfo>, held?: Uint8Array) {
    const searches: number[] = [];
    const creations: CommandRequest<'authenticatorMakeCredential'>[] = [];
    const authData = encodeAuthenticatorData({ rpIdHash: sha256(rpId), flags: 0, signCount: 0 });
    const device = createScriptedDevice({
      info,
      getAssertion({ allowList = [], options }) {
        searches.push(allowList.length);
        if (options?.up !== false) throw new Error('a search must be silent');
        const credential = allowList.find(({ id }) => held && equal(id, held));
        if (!credential) return 'CTAP2_ERR_NO_CREDENTIALS';
        return ok('authenticatorGetAssertion', { credential, authData, signature: new Uint8Array(8) });
      },
      makeCredential(request) {
        creations.push(request);
        return request.excludeList?.length ? 'CTAP2_ERR_CREDENTIAL_EXCLUDED' : 'CTAP2_ERR_OPERATION_DENIED';
      },
    });
    return { device, searches, creations };
  }
  const attempt = async (
    info: Partial<AuthenticatorInfo>,
    excludeCredentials: ReturnType<typeof others>,
    held?: Uint8Array,
  ) => {
    const key = counting(info, held);
    await rejection(create(creationOptions({ excludeCredentials }), createTestClient([asSecurityKey(key.device)]).context));
    return { ...key, excludeList: key.creations.map(({ excludeList }) => excludeList?.length ?? 0) };
  };

  test('the whole list where it fits', async () => {
    const { searches, excludeList } = await attempt({ maxCredentialCountInList: 8, maxMsgSize: 2048 }, others(8));
    expect([searches, excludeList]).toEqual([[], [8]]);
  });

  test('chunks of its count, and then nothing', async () => {
    const { searches, excludeList } = await attempt({ maxCredentialCountInList: 8, maxMsgSize: 2048 }, others(20));
    expect([searches, excludeList]).toEqual([[8, 8, 4], [0]]);
  });

  test('chunks until one is found, and then only that one', async () => {
    const held = new Uint8Array(32).fill(10);
    const { searches, creations } = await attempt({ maxCredentialCountInList: 8, maxMsgSize: 2048 }, others(20), held);
    expect(searches).toEqual([8, 8]);
    expect(creations.map(({ excludeList }) => excludeList)).toEqual([[{ type: 'public-key', id: held }]]);
  });

  test('one at a time when it gives no count', async () => {
    expect((await attempt({}, others(1))).searches).toEqual([]);
    expect((await attempt({}, others(3))).searches).toEqual([1, 1, 1]);
  });

  test('no more than its message size takes', async () => {
    const { searches } = await attempt({ maxCredentialCountInList: 100, maxMsgSize: 1024 }, others(10, 200));
    expect(searches).toEqual([4, 4, 2]);
  });

  test('no id longer than its own ever are', async () => {
    const { searches, excludeList } = await attempt({ maxCredentialIdLength: 64 }, [
      ...others(20, 65),
      ...others(1, 64),
    ]);
    expect([searches, excludeList]).toEqual([[], [1]]);
  });

  test('no credential that lives elsewhere', async () => {
    const elsewhere = others(5).map((credential) => ({ ...credential, transports: ['internal'] }));
    const near = { ...others(1)[0]!, transports: ['internal', 'usb'] };
    expect((await attempt({}, [...elsewhere, near])).excludeList).toEqual([1]);
  });

  test('no credential of a type nobody knows', async () => {
    expect(
      (
        await attempt(
          {},
          others(3).map(({ id }) => ({ id, type: 'password' })),
        )
      ).excludeList,
    ).toEqual([0]);
  });
});

describe('allowCredentials', () => {
  const allow = (ids: string[]) => ids.map((id) => ({ type: 'public-key', id }));

  test.each([
    ['short', 2],
    ['long', 40],
  ])('a %s list: the key answers with its own', async (_case, count) => {
    const { device } = createEmulatedKey({ pin: '1234' });
    const world = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const { id } = await create(creationOptions(), world().context);
    const allowCredentials = allow([...others(count).map((credential) => credential.id), id]);
    const assertion = await get({ challenge: 'AAAA', rpId, allowCredentials }, world().context);
    expect(assertion.id).toBe(id);
    expect(fromBase64url(assertion.response.authenticatorData)[32]! & flag.UV).toBe(flag.UV);
  });

  test.each([
    ['short', 2],
    ['long', 40],
  ])('a %s list without a credential of the key: not recognised, after a touch', async (_case, count) => {
    const { device } = createEmulatedKey();
    const { context, informed, asked } = createTestClient([asSecurityKey(device)]);
    const allowCredentials = allow(others(count).map(({ id }) => id));
    const error = await rejection(get({ challenge: 'AAAA', rpId, allowCredentials }, context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'not-recognised' });
    expect(asked).toEqual(['touch sign-in']);
    expect(informed).toEqual(['not-recognised']);
  });
});
