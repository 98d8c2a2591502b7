/** create() and get() on keys that speak only U2F: an emulated key, and scripted answers. */
import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concat, fromBase64url, toBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { encodeStatusResponse, type StatusWord } from '#protocol/apdu.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { sha256, verifySignature, verifyWithKey } from '#protocol/crypto.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';
import { create } from './create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from './credential-options.ts';
import { get } from './get.ts';
import { createFakeDevice } from './testing/scripted-device.ts';
import {
  asSecurityKey,
  asU2fDevice,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  rpId,
} from './testing/test-client.ts';
import { cancelled } from './user-interaction.ts';

const createU2fKey = () => asU2fDevice(createEmulatedKey({ persona: 'touchstone-complete' }));
const clientWith = (...devices: CtapDevice[]) =>
  createTestClient(devices.map((device, index) => asSecurityKey(device, `key ${index}`)));
const allow = (...ids: string[]) => ids.map((id) => ({ type: 'public-key', id }));
const request = (...ids: string[]) => ({ challenge: 'AAAA', rpId, allowCredentials: allow(...ids) });
const unknownId = (value: number) => toBase64url(new Uint8Array(64).fill(value));

describe('create() on a key that speaks only U2F', () => {
  test('returns a fido-u2f attestation over the client data', async () => {
    const { context, asked } = clientWith(createU2fKey());
    const { response, authenticatorAttachment } = await create(creationOptions({ attestation: 'direct' }), context);
    const attestation = decode(fromBase64url(response.attestationObject)) as CborMap;
    const authData = parseAuthenticatorData(fromBase64url(response.authenticatorData));
    expect(attestation.get('fmt')).toBe('fido-u2f');
    expect([authData.flags, authData.signCount]).toEqual([flag.UP | flag.AT, 0]);
    const { aaguid, credentialId } = defined(authData.attestedCredentialData);
    expect(aaguid).toEqual(new Uint8Array(16));
    const key = defined(authData.credentialPublicKey);
    const [x, y] = [key.get(coseKeyLabels.x) as Uint8Array, key.get(coseKeyLabels.y) as Uint8Array];
    const clientDataHash = sha256(fromBase64url(response.clientDataJSON));
    const signed = concat(new Uint8Array([0]), sha256(rpId), clientDataHash, credentialId, new Uint8Array([4]), x, y);
    const attStmt = attestation.get('attStmt') as CborMap;
    const [certificate] = attStmt.get('x5c') as Uint8Array[];
    const { publicKey } = new X509Certificate(defined(certificate));
    expect(verifyWithKey(publicKey, 'ES256', signed, attStmt.get('sig') as Uint8Array)).toBe(true);
    expect(response.transports).toEqual(['usb']);
    expect(authenticatorAttachment).toBe('cross-platform');
    expect(asked).toEqual(['touch register', 'review']);
  });

  test('drops the attestation statement when attestation is not requested', async () => {
    const { response } = await create(creationOptions(), clientWith(createU2fKey()).context);
    const attestation = decode(fromBase64url(response.attestationObject)) as CborMap;
    expect([attestation.get('fmt'), attestation.get('attStmt')]).toEqual(['none', new Map()]);
  });

  test('ignores preferences that U2F cannot fulfil, and reports that', async () => {
    const { context, asked } = clientWith(createU2fKey());
    const options = creationOptions({
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      extensions: { credProps: true, prf: {}, credentialProtectionPolicy: 'userVerificationRequired' },
      pubKeyCredParams: [-8, -7].map((alg) => ({ type: 'public-key', alg })),
    });
    const { clientExtensionResults, response } = await create(options, context);
    expect(clientExtensionResults).toEqual({ credProps: { rk: false }, prf: { enabled: false } });
    expect(response.publicKeyAlgorithm).toBe(-7);
    expect(asked).not.toContainEqual(expect.stringMatching(/^pin/));
  });

  const impossible: [string, Partial<PublicKeyCredentialCreationOptionsJSON>][] = [
    ['residentKey required', { authenticatorSelection: { residentKey: 'required' } }],
    ['userVerification required', { authenticatorSelection: { userVerification: 'required' } }],
    ['only EdDSA', { pubKeyCredParams: [{ type: 'public-key', alg: -8 }] }],
    [
      'an enforced protection policy',
      {
        extensions: {
          credentialProtectionPolicy: 'userVerificationRequired',
          enforceCredentialProtectionPolicy: true,
        },
      },
    ],
  ];
  test.each(impossible)('refuses the key with %s, and sends it nothing', async (_case, changes) => {
    const device = createU2fKey();
    const error = await catchRejection(create(creationOptions(changes), clientWith(device).context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'device-unsuitable' });
    expect(device.sent).toEqual([]);
  });

  test.each([
    ['alone', 0, 0],
    ['among others', 3, 2],
  ])('refuses an excluded credential after a touch: %s', async (_case, before, after) => {
    const device = createU2fKey();
    const { id } = await create(creationOptions(), clientWith(device).context);
    device.sent.length = 0;
    const ids = [
      ...Array.from({ length: before }, (_, n) => unknownId(n)),
      id,
      ...Array.from({ length: after }, () => unknownId(9)),
    ];
    const again = create(creationOptions({ excludeCredentials: allow(...ids) }), clientWith(device).context);
    expect(await catchRejection(again)).toMatchObject({ name: 'InvalidStateError', endReason: 'already-registered' });
    expect(device.sent).toEqual([...Array.from({ length: before + 1 }, () => 'authenticate 7'), 'register']);
  });

  test('ignores excluded credentials of other keys, of other types and with impossible ids', async () => {
    const device = createU2fKey();
    const { id } = await create(creationOptions(), clientWith(device).context);
    const excludeCredentials = [
      ...allow(unknownId(1), toBase64url(new Uint8Array(300))),
      { type: 'future-credential', id },
    ];
    expect(await create(creationOptions({ excludeCredentials }), clientWith(device).context)).toHaveProperty('id');
  });
});

describe('get() on a key that speaks only U2F', () => {
  test('returns an assertion that verifies, with user presence and a rising counter', async () => {
    const device = createU2fKey();
    const { id, response: registered } = await create(creationOptions(), clientWith(device).context);
    const { credentialPublicKey } = parseAuthenticatorData(fromBase64url(registered.authenticatorData));
    const counters: number[] = [];
    for (let round = 0; round < 2; round++) {
      const { response, ...assertion } = await get(request(unknownId(1), id), clientWith(device).context);
      const authData = fromBase64url(response.authenticatorData);
      const signed = concat(authData, sha256(fromBase64url(response.clientDataJSON)));
      expect(verifySignature(defined(credentialPublicKey), signed, fromBase64url(response.signature))).toBe(true);
      expect(assertion.id).toBe(id);
      expect(response.userHandle).toBeUndefined();
      const { flags, signCount } = parseAuthenticatorData(authData);
      expect(flags).toBe(flag.UP);
      counters.push(signCount);
    }
    expect(defined(counters[1])).toBeGreaterThan(defined(counters[0]));
  });

  test('fails as not recognised after a touch when no credential is on the key', async () => {
    const device = createU2fKey();
    const error = await catchRejection(get(request(unknownId(1), unknownId(2)), clientWith(device).context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'not-recognised' });
    expect(device.sent).toEqual(['authenticate 7', 'authenticate 7', 'register']);
  });

  test.each([
    ['without allowCredentials', { challenge: 'AAAA', rpId }],
    ['with userVerification required', { ...request(unknownId(1)), userVerification: 'required' }],
    ['with prf', { ...request(unknownId(1)), extensions: { prf: { eval: { first: 'AAAA' } } } }],
  ])('refuses the key %s', async (_case, options) => {
    const device = createU2fKey();
    const error = await catchRejection(get(options, clientWith(device).context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'device-unsuitable' });
    expect(device.sent).toEqual([]);
  });
});

test('a credential that was created over U2F works over CTAP2 on the same key, and the other way round', async () => {
  const key = createEmulatedKey({ persona: 'touchstone-complete', uvEnrolled: false });
  const [u2f, ctap2] = [asU2fDevice(key), key.device];
  const overU2f = await create(creationOptions(), clientWith(u2f).context);
  expect((await get(request(overU2f.id), clientWith(ctap2).context)).id).toBe(overU2f.id);
  const overCtap2 = await create(creationOptions(), clientWith(ctap2).context);
  expect((await get(request(overCtap2.id), clientWith(u2f).context)).id).toBe(overCtap2.id);
});

/** Creates a U2F key that answers each command with `answer`, and lists the commands. */
function createScriptedU2f(
  answer: (count: number, signal: AbortSignal | undefined) => StatusWord | Uint8Array | Promise<Uint8Array>,
) {
  let count = 0;
  const device: CtapDevice = {
    ...createFakeDevice(() => Promise.reject(new Error('This key does not speak CTAP2'))),
    capabilities: { wink: false, cbor: false, nmsg: false },
    async transactU2f(_apdu, { signal } = {}) {
      const reply = await answer(count++, signal);
      return typeof reply === 'string' ? encodeStatusResponse(reply) : reply;
    },
  };
  return { device, commands: () => count };
}
const waitForTouch = () => 'SW_CONDITIONS_NOT_SATISFIED' as const;
/** Lets the ceremony run until it depends on the clock. */
const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

describe('while a U2F key waits for a touch', () => {
  test('the prompt is shown, and the command is repeated every 100 ms until the touch', async () => {
    const { device, commands } = createScriptedU2f((count) => (count < 3 ? waitForTouch() : 'SW_WRONG_DATA'));
    const { context, asked } = clientWith(device);
    const ended = catchRejection(create(creationOptions(), context));
    for (let count = 1; count <= 3; count++) {
      await settle();
      expect(commands()).toBe(count);
      context.clock.advance(100);
    }
    expect(await ended).toMatchObject({ name: 'NotAllowedError' });
    expect(asked).toEqual(['touch register']);
  });

  test('an abort by the page, a cancelled prompt and the timeout end the ceremony and the commands', async () => {
    const abort = new AbortController();
    const endings: [
      Partial<Parameters<typeof createTestClient>[2]>,
      (advance: (ms: number) => void) => void,
      object,
    ][] = [
      [{}, () => abort.abort(new Error('left')), { message: 'left' }],
      [{ awaitPresence: async () => cancelled }, () => undefined, { name: 'NotAllowedError' }],
      [{}, (advance) => advance(300_000), { endReason: 'timeout' }],
    ];
    for (const [user, end, expected] of endings.toReversed()) {
      const { device, commands } = createScriptedU2f(waitForTouch);
      const { context } = createTestClient([asSecurityKey(device)], {}, user);
      const ended = catchRejection(create(creationOptions(), { ...context, signal: abort.signal }));
      await settle();
      end((ms) => context.clock.advance(ms));
      expect(await ended).toMatchObject(expected);
      const sent = commands();
      context.clock.advance(1000);
      await settle();
      expect(commands()).toBe(sent);
    }
  });
});

describe('a U2F key that answers wrongly ends the ceremony', () => {
  const cases: [string, StatusWord | Uint8Array | Error, object][] = [
    ['with no bytes', new Uint8Array(0), { endReason: 'device-error', cause: { rule: 'apdu.length' } }],
    ['with a status but no data', encodeStatusResponse('SW_NO_ERROR'), { cause: { rule: 'u2f.length' } }],
    ['with random data', encodeStatusResponse('SW_NO_ERROR', new Uint8Array(200)), { cause: { rule: 'u2f.reserved' } }],
    ['with an unknown status', 'SW_UNKNOWN', { endReason: 'device-error' }],
    ['because U2F is disabled', 'SW_COMMAND_NOT_ALLOWED', { endReason: 'denied-at-key' }],
    ['by disconnecting', new TransportError('disconnected', 'gone'), { endReason: 'key-removed' }],
  ];
  test.each(cases)('%s', async (_case, answer, expected) => {
    const { device } = createScriptedU2f(() => (answer instanceof Error ? Promise.reject(answer) : answer));
    const { context } = clientWith(device);
    const error = await catchRejection(create(creationOptions(), { ...context, policy: { onKeyRemoved: 'end' } }));
    expect(error).toMatchObject({ name: 'NotAllowedError', ...expected });
  });
});

test('one of a U2F key and a CTAP2 key is selected by touch', async () => {
  const { device } = createScriptedU2f(waitForTouch);
  const ctap2 = createEmulatedKey();
  const { context, asked } = clientWith(device, ctap2.device);
  expect(await create(creationOptions(), context)).toHaveProperty('id');
  expect(asked).toEqual(['touch select-device', 'touch register', 'review']);
  const other = createScriptedU2f(waitForTouch);
  const u2f = createU2fKey();
  const { context: second } = clientWith(other.device, u2f);
  expect(await create(creationOptions(), second)).toHaveProperty('id');
  expect(u2f.sent).toEqual(['register', 'register']);
});
