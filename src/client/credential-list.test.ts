/** Exclude and allow lists of various lengths, with the emulator and with a scripted key that records the requests. */
import { describe, expect, test } from 'vitest';
import { equal, fromBase64url, toBase64url } from '#base/bytes.ts';
import { encodeAuthenticatorData, flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CommandRequest } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import { createScriptedDevice, encodeResponse } from './testing/scripted-device.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  rpId,
} from './testing/test-client.ts';

const unknownCredentials = (count: number, length = 32) =>
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
  ])('refuses after a touch when a credential of the list is on the key: %s', async (_case, before, after) => {
    const { device } = createEmulatedKey({ pin: '1234' });
    const client = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const { id } = await create(creationOptions(), client().context);
    const { context, asked, informed } = client();
    const excludeCredentials = [
      ...unknownCredentials(before),
      { type: 'public-key', id },
      ...unknownCredentials(after),
    ];
    const error = await catchRejection(create(creationOptions({ excludeCredentials }), context));
    expect(error).toMatchObject({ name: 'InvalidStateError', endReason: 'already-registered' });
    const isSearched = before + after > 0;
    expect(asked).toEqual(['pin enter 8', isSearched ? 'touch already-registered' : 'touch register']);
    expect(informed).toEqual(['already-registered']);
  });

  test('creates the credential when none of a hundred is on the key', async () => {
    const { device, sent } = createEmulatedKey();
    const { context } = createTestClient([asSecurityKey(device)]);
    await create(creationOptions({ excludeCredentials: unknownCredentials(100) }), context);
    expect(sent.filter((name) => name === 'authenticatorMakeCredential')).toHaveLength(1);
    expect(sent.filter((name) => name === 'authenticatorGetAssertion').length).toBeGreaterThan(1);
  });

  test('finds a credential that requires user verification', async () => {
    const { device } = createEmulatedKey({ persona: 'touchstone-key', pin: '1234' });
    const client = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const extensions = { credentialProtectionPolicy: 'userVerificationRequired' };
    const { id } = await create(creationOptions({ extensions }), client().context);
    const excludeCredentials = [...unknownCredentials(30), { type: 'public-key', id }];
    const error = await catchRejection(create(creationOptions({ excludeCredentials }), client().context));
    expect(error).toMatchObject({ name: 'InvalidStateError' });
  });
});

test.each([
  ['an unknown transport', ['future-radio']],
  ['another transport', ['internal']],
])('excludeCredentials with %s refuses a key that holds the credential', async (_case, transports) => {
  const { device } = createEmulatedKey();
  const client = () => createTestClient([asSecurityKey(device)]).context;
  const { id } = await create(creationOptions(), client());
  const excludeCredentials = [{ type: 'public-key', id, transports }];
  const error = await catchRejection(create(creationOptions({ excludeCredentials }), client()));
  expect(error).toMatchObject({ name: 'InvalidStateError' });
});

describe('the exclude list that is sent to a key', () => {
  /** Creates a key that holds the credential `held` and records the requests. */
  function createRecordingKey(info: Partial<AuthenticatorInfo>, held?: Uint8Array) {
    const searches: number[] = [];
    const creations: CommandRequest<'authenticatorMakeCredential'>[] = [];
    const authData = encodeAuthenticatorData({ rpIdHash: sha256(rpId), flags: 0, signCount: 0 });
    const device = createScriptedDevice({
      info,
      getAssertion({ allowList = [], options }) {
        searches.push(allowList.length);
        if (options?.up !== false) throw new Error('Expected a silent request');
        const credential = allowList.find(({ id }) => held && equal(id, held));
        if (!credential) return 'CTAP2_ERR_NO_CREDENTIALS';
        return encodeResponse('authenticatorGetAssertion', { credential, authData, signature: new Uint8Array(8) });
      },
      makeCredential(request) {
        creations.push(request);
        return request.excludeList?.length ? 'CTAP2_ERR_CREDENTIAL_EXCLUDED' : 'CTAP2_ERR_OPERATION_DENIED';
      },
    });
    return { device, searches, creations };
  }
  /** Runs create() and returns the list lengths of the searches and of makeCredential. */
  const attempt = async (
    info: Partial<AuthenticatorInfo>,
    excludeCredentials: ReturnType<typeof unknownCredentials>,
    held?: Uint8Array,
  ) => {
    const key = createRecordingKey(info, held);
    await catchRejection(
      create(creationOptions({ excludeCredentials }), createTestClient([asSecurityKey(key.device)]).context),
    );
    return { ...key, excludeList: key.creations.map(({ excludeList }) => excludeList?.length ?? 0) };
  };

  test('is the whole list if it fits', async () => {
    const { searches, excludeList } = await attempt(
      { maxCredentialCountInList: 8, maxMsgSize: 2048 },
      unknownCredentials(8),
    );
    expect([searches, excludeList]).toEqual([[], [8]]);
  });

  test('is searched in chunks of maxCredentialCountInList, and empty if none is found', async () => {
    const { searches, excludeList } = await attempt(
      { maxCredentialCountInList: 8, maxMsgSize: 2048 },
      unknownCredentials(20),
    );
    expect([searches, excludeList]).toEqual([[8, 8, 4], [0]]);
  });

  test('has only the credential that a search has found, and the search stops there', async () => {
    const held = new Uint8Array(32).fill(10);
    const { searches, creations } = await attempt(
      { maxCredentialCountInList: 8, maxMsgSize: 2048 },
      unknownCredentials(20),
      held,
    );
    expect(searches).toEqual([8, 8]);
    expect(creations.map(({ excludeList }) => excludeList)).toEqual([[{ type: 'public-key', id: held }]]);
  });

  test('is searched one by one without maxCredentialCountInList', async () => {
    expect((await attempt({}, unknownCredentials(1))).searches).toEqual([]);
    expect((await attempt({}, unknownCredentials(3))).searches).toEqual([1, 1, 1]);
  });

  test('is searched in chunks that respect maxMsgSize', async () => {
    const { searches } = await attempt(
      { maxCredentialCountInList: 100, maxMsgSize: 1024 },
      unknownCredentials(10, 200),
    );
    expect(searches).toEqual([4, 4, 2]);
  });

  test('omits ids longer than maxCredentialIdLength', async () => {
    const { searches, excludeList } = await attempt({ maxCredentialIdLength: 64 }, [
      ...unknownCredentials(20, 65),
      ...unknownCredentials(1, 64),
    ]);
    expect([searches, excludeList]).toEqual([[], [1]]);
  });

  test.each([
    ['the key has', ['usb']],
    ['the key does not have', ['internal']],
    ['this client does not know', ['future-radio']],
    ['are missing', []],
  ])('contains credentials whose transports %s', async (_case, transports) => {
    const credentials = unknownCredentials(3).map((credential) => ({ ...credential, transports }));
    expect((await attempt({ maxCredentialCountInList: 8 }, credentials)).excludeList).toEqual([3]);
  });

  test('omits credentials of an unknown type', async () => {
    expect(
      (
        await attempt(
          {},
          unknownCredentials(3).map(({ id }) => ({ id, type: 'password' })),
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
  ])('a %s list with a credential of the key: signs with that credential', async (_case, count) => {
    const { device } = createEmulatedKey({ pin: '1234' });
    const client = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const { id } = await create(creationOptions(), client().context);
    const allowCredentials = allow([...unknownCredentials(count).map((credential) => credential.id), id]);
    const assertion = await get({ challenge: 'AAAA', rpId, allowCredentials }, client().context);
    expect(assertion.id).toBe(id);
    expect(parseAuthenticatorData(fromBase64url(assertion.response.authenticatorData)).flags & flag.UV).toBe(flag.UV);
  });

  test.each([
    ['an unknown transport', ['future-radio']],
    ['an unknown and another transport', ['future-radio', 'internal']],
    ['another transport', ['internal']],
    ['no transport', []],
  ])('a credential of the key with %s: signs, because transports are hints', async (_case, transports) => {
    const { device } = createEmulatedKey();
    const client = () => createTestClient([asSecurityKey(device)]).context;
    const { id } = await create(creationOptions(), client());
    const allowCredentials = [{ type: 'public-key', id, transports }];
    expect((await get({ challenge: 'AAAA', rpId, allowCredentials }, client())).id).toBe(id);
  });

  test('a list with only unknown types is not treated as no list', async () => {
    const { device } = createEmulatedKey({ pin: '1234' });
    const client = () => createTestClient([asSecurityKey(device)], { pin: '1234' }).context;
    const { id } = await create(creationOptions({ authenticatorSelection: { residentKey: 'required' } }), client());
    const allowCredentials = [{ type: 'future-credential', id }];
    const error = await catchRejection(get({ challenge: 'AAAA', rpId, allowCredentials }, client()));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'not-recognised' });
  });

  test.each([
    ['short', 2],
    ['long', 40],
  ])('a %s list without a credential of the key: fails as not recognised after a touch', async (_case, count) => {
    const { device } = createEmulatedKey();
    const { context, informed, asked } = createTestClient([asSecurityKey(device)]);
    const allowCredentials = allow(unknownCredentials(count).map(({ id }) => id));
    const error = await catchRejection(get({ challenge: 'AAAA', rpId, allowCredentials }, context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'not-recognised' });
    expect(asked).toEqual(['touch sign-in']);
    expect(informed).toEqual(['not-recognised']);
  });
});
