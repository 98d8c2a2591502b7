/** The extension largeBlob on both kinds of keys: with the command authenticatorLargeBlobs, and with the extension largeBlob. */
import { describe, expect, test } from 'vitest';
import { toBase64url, utf8 } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import type { DefectId, PersonaId } from '#emulator';
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
  rpId,
} from './testing/test-client.ts';

type Key = { device: CtapDevice };
const clientWith = ({ device }: Key) => createTestClient([asSecurityKey(device)], { pin: '1234' });
/** Random bytes cannot be compressed. */
const randomBlob = (length: number) => toBase64url(seededRandom(`blob ${length}`).bytes(length));

function register(key: Key, largeBlob: object, residentKey = 'required', user = 'alice') {
  const options = creationOptions({
    user: { id: toBase64url(utf8(user)), name: user, displayName: user },
    authenticatorSelection: { residentKey },
    extensions: { largeBlob },
  });
  return create(options, clientWith(key).context);
}

async function signIn(key: Key, id: string, largeBlob: object) {
  const options = {
    challenge: 'AAAA',
    rpId,
    allowCredentials: [{ type: 'public-key', id }],
    userVerification: 'discouraged',
    extensions: { largeBlob },
  };
  return (await get(options, clientWith(key).context)).clientExtensionResults;
}
const write = (key: Key, id: string, blob: string) => signIn(key, id, { write: blob });
const read = (key: Key, id: string) => signIn(key, id, { read: true });

const keys: [string, PersonaId][] = [
  ['the command authenticatorLargeBlobs', 'touchstone-complete'],
  ['the extension largeBlob', 'touchstone-large-blob'],
];

describe.each(keys)('on a key with %s', (_name, persona) => {
  const createKey = (options: Parameters<typeof createEmulatedKey>[0] = {}) =>
    createEmulatedKey({ persona, uvEnrolled: false, ...options });

  test.each([{ support: 'required' }, { support: 'preferred' }, { support: 'future-value' }, {}])(
    'create() with %j reports a discoverable credential as supported',
    async (input) => {
      expect((await register(createKey(), input)).clientExtensionResults).toEqual({ largeBlob: { supported: true } });
    },
  );

  test('create() of a credential that is not discoverable: preferred is not supported, required refuses the key', async () => {
    const { clientExtensionResults } = await register(createKey(), { support: 'preferred' }, 'discouraged');
    expect(clientExtensionResults).toEqual({ largeBlob: { supported: false } });
    const key = createKey();
    const error = await catchRejection(register(key, { support: 'required' }, 'discouraged'));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'device-unsuitable' });
    expect(key.sent).not.toContain('authenticatorMakeCredential');
  });

  test.each([
    ['without a PIN', {}],
    ['with a PIN', { pin: '1234' }],
    ['with a fingerprint', { uvEnrolled: true }],
  ])('get() writes and reads a blob: %s', async (_case, options) => {
    const key = createKey(options);
    const { id } = await register(key, { support: 'required' });
    expect(await read(key, id)).toEqual({ largeBlob: {} });
    for (const blob of ['SGVsbG8', randomBlob(1500), 'QQ', '']) {
      expect(await write(key, id, blob)).toEqual({ largeBlob: { written: true } });
      expect(await read(key, id)).toEqual({ largeBlob: { blob } });
    }
  });

  test('each credential has its own blob', async () => {
    const key = createKey();
    const [alice, bob] = [await register(key, {}, 'required', 'alice'), await register(key, {}, 'required', 'bob')];
    await write(key, alice.id, 'QUFB');
    await write(key, bob.id, 'QkJC');
    await write(key, alice.id, 'Q0ND');
    expect(await read(key, bob.id)).toEqual({ largeBlob: { blob: 'QkJC' } });
    expect(await read(key, alice.id)).toEqual({ largeBlob: { blob: 'Q0ND' } });
  });

  test('a blob is compressed, and one that is too large does not replace the earlier one', async () => {
    const key = createKey();
    const { id } = await register(key, {});
    const compressible = toBase64url(new Uint8Array(20_000).fill(65));
    expect(await write(key, id, compressible)).toEqual({ largeBlob: { written: true } });
    expect(await write(key, id, randomBlob(3000))).toEqual({ largeBlob: { written: false } });
    expect(await read(key, id)).toEqual({ largeBlob: { blob: compressible } });
  });

  test('a credential that was created without the extension has no blob', async () => {
    const key = createKey();
    const options = creationOptions({ authenticatorSelection: { residentKey: 'required' } });
    const { id, clientExtensionResults } = await create(options, clientWith(key).context);
    expect(clientExtensionResults).toEqual({});
    expect(await write(key, id, 'QUFB')).toEqual({ largeBlob: { written: false } });
    expect(await read(key, id)).toEqual({ largeBlob: {} });
  });

  test('a full key: required fails, preferred creates a credential without a blob', async () => {
    const key = createKey({ credentialCapacity: 1 });
    await register(key, {}, 'required', 'first');
    for (const [support, outcome] of [
      ['required', { status: 'rejected' }],
      ['preferred', { status: 'fulfilled', value: { clientExtensionResults: { largeBlob: { supported: false } } } }],
    ] as const) {
      const [settled] = await Promise.allSettled([register(key, { support }, 'preferred', support)]);
      expect(settled).toMatchObject(outcome);
    }
  });

  test('reading without a blob to read does nothing', async () => {
    const key = createKey();
    const { id } = await register(key, {});
    key.sent.length = 0;
    for (const input of [{}, { read: false }]) expect(await signIn(key, id, input)).toEqual({ largeBlob: {} });
    expect(key.sent).not.toContain('authenticatorLargeBlobs');
  });
});

test('writing on a key with a PIN verifies the user once, also when the site does not ask for it', async () => {
  const key = createEmulatedKey({ persona: 'touchstone-complete', uvEnrolled: false, pin: '1234' });
  const { id } = await register(key, {});
  const { context, asked } = clientWith(key);
  const allowCredentials = [{ type: 'public-key', id }];
  const options = { challenge: 'AAAA', rpId, allowCredentials, userVerification: 'discouraged' };
  await get({ ...options, extensions: { largeBlob: { read: true } } }, context);
  expect(asked.splice(0)).toEqual(['touch sign-in']);
  await get({ ...options, extensions: { largeBlob: { write: 'QUFB' } } }, context);
  expect(asked).toEqual(['pin enter 8', 'touch sign-in']);
});

test.each([
  ['a CTAP2 key', () => createEmulatedKey({ persona: 'yubikey-5-nfc' })],
  ['a U2F key', () => ({ device: asU2fDevice(createEmulatedKey({ persona: 'touchstone-complete' })) })],
])(
  '%s without large blobs: preferred is not supported, required is refused, blobs are not written',
  async (_case, createKey) => {
    const key = createKey();
    const residentKey = 'discouraged';
    const { id, clientExtensionResults } = await register(key, { support: 'preferred' }, residentKey);
    expect(clientExtensionResults).toEqual({ largeBlob: { supported: false } });
    expect(await catchRejection(register(key, { support: 'required' }, residentKey))).toMatchObject({
      endReason: 'device-unsuitable',
    });
    expect(await write(key, id, 'QUFB')).toEqual({ largeBlob: { written: false } });
    expect(await read(key, id)).toEqual({ largeBlob: {} });
  },
);

describe('a key with a broken large-blob array', () => {
  const createKey = (defect: DefectId) =>
    createEmulatedKey({ persona: 'touchstone-complete', uvEnrolled: false, defects: [defect] });

  test.each(['largeblobs.missing', 'largeblobs.text', 'largeblobs.hash-wrong', 'largeblobs.cut-off'] as const)(
    'signs in without a blob: %s',
    async (defect) => {
      const key = createKey(defect);
      const { id } = await register(key, {});
      expect(await read(key, id)).toEqual({ largeBlob: {} });
    },
  );

  test.each(['largeblobs.missing', 'largeblobs.text'] as const)(
    'does not write when it cannot read: %s',
    async (defect) => {
      const key = createKey(defect);
      const { id } = await register(key, {});
      expect(await write(key, id, 'QUFB')).toEqual({ largeBlob: { written: false } });
    },
  );

  test('an array whose hash is wrong counts as empty and is replaced', async () => {
    const key = createKey('largeblobs.hash-wrong');
    const { id } = await register(key, {});
    expect(await write(key, id, 'QUFB')).toEqual({ largeBlob: { written: true } });
  });
});

describe('the input of largeBlob', () => {
  const { device } = createEmulatedKey({ persona: 'touchstone-large-blob' });
  const id = toBase64url(new Uint8Array(16));
  test.each([
    ['read', { read: true }, 'NotSupportedError'],
    ['write', { write: 'QUFB' }, 'NotSupportedError'],
    ['a string', 'required', 'TypeError'],
    ['null', null, 'TypeError'],
  ])('is refused in create(): %s', async (_case, input, name) => {
    expect(await catchRejection(register({ device }, input as never))).toMatchObject({ name });
  });

  test.each([
    ['support', { support: 'preferred' }, 'NotSupportedError'],
    ['read and write', { read: true, write: 'QUFB' }, 'NotSupportedError'],
    ['write that is not base64url', { write: '*' }, 'TypeError'],
    ['write that is not a string', { write: 5 }, 'TypeError'],
    ['a number', 5, 'TypeError'],
  ])('is refused in get(): %s', async (_case, input, name) => {
    expect(await catchRejection(signIn({ device }, id, input as never))).toMatchObject({ name });
  });

  test.each([[[]], [[id, id]]])('write is refused with %j as allowed credentials', async (ids) => {
    const allowCredentials = ids.map((each) => ({ type: 'public-key', id: each }));
    const options = { challenge: 'AAAA', rpId, allowCredentials, extensions: { largeBlob: { write: 'QUFB' } } };
    expect(await catchRejection(get(options, clientWith({ device }).context))).toMatchObject({
      name: 'NotSupportedError',
    });
  });
});
