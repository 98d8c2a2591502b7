/** create() with the emulator: the result for the page, and every refusal that needs no authenticator. */
import { describe, expect, test } from 'vitest';
import { formatAaguid, fromBase64url, toBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { Timeline } from '#result/timeline.ts';
import { create, createCredential } from './create.ts';
import { toRegistrationJSON } from './credential-json.ts';
import { type PublicKeyCredentialCreationOptionsJSON, parseCreationOptions } from './credential-options.ts';
import { createFakeDevice, createScriptedDevice, makeCredentialResponse } from './testing/scripted-device.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
} from './testing/test-client.ts';

const attestationOf = (response: { attestationObject: string }) =>
  decode(fromBase64url(response.attestationObject)) as CborMap;

describe('create() on a key without a PIN', () => {
  test('returns the members of section 5.1', async () => {
    const { device } = createEmulatedKey({ persona: 'yubikey-5-nfc' });
    const { context, asked, informed } = createTestClient([asSecurityKey(device)]);
    const credential = await create(creationOptions({ attestation: 'direct' }), context);
    const { response } = credential;
    const authData = parseAuthenticatorData(fromBase64url(response.authenticatorData));
    expect(credential).toMatchObject({
      type: 'public-key',
      authenticatorAttachment: 'cross-platform',
      clientExtensionResults: {},
    });
    expect(credential.id).toBe(credential.rawId);
    expect(credential.id).toBe(toBase64url(defined(authData.attestedCredentialData).credentialId));
    expect(response.transports).toEqual(['nfc', 'usb']);
    expect(response.publicKeyAlgorithm).toBe(-7);
    expect(fromBase64url(defined(response.publicKey))).toHaveLength(91);
    expect(attestationOf(response).get('fmt')).toBe('packed');
    expect(attestationOf(response).get('authData')).toEqual(fromBase64url(response.authenticatorData));
    expect(formatAaguid(defined(authData.attestedCredentialData).aaguid)).toBe('2fc0579f-8113-47ea-b116-bb5a8db9202a');
    expect(authData.flags & (flag.UP | flag.UV)).toBe(flag.UP);
    expect(asked).toEqual(['touch register', 'review']);
    expect(informed).toEqual([]);
  });

  test.each([
    [undefined, ['usb']],
    [[], ['usb']],
    [
      ['nfc', 'usb'],
      ['nfc', 'usb'],
    ],
    [
      ['future-radio', 'nfc', 'cable'],
      ['nfc', 'usb'],
    ],
  ])(
    'of which getInfo reports the transports %j: returns the known ones and the one in use',
    async (reported, listed) => {
      const device = createScriptedDevice({
        info: reported ? { transports: reported } : {},
        makeCredential: () => makeCredentialResponse(),
      });
      const { response } = await create(creationOptions(), createTestClient([asSecurityKey(device)]).context);
      expect(response.transports).toEqual(listed);
    },
  );

  test('drops the attestation statement and keeps the AAGUID when attestation is not requested', async () => {
    const { device } = createEmulatedKey();
    const { response } = await create(creationOptions(), createTestClient([asSecurityKey(device)]).context);
    expect(attestationOf(response).get('fmt')).toBe('none');
    expect(attestationOf(response).get('attStmt')).toEqual(new Map());
    const { attestedCredentialData } = parseAuthenticatorData(attestationOf(response).get('authData') as Uint8Array);
    expect(formatAaguid(defined(attestedCredentialData).aaguid)).toBe('2fc0579f-8113-47ea-b116-bb5a8db9202a');
  });

  test.each([
    ['required', true],
    ['preferred', true],
    ['discouraged', false],
    [undefined, false],
  ])('with residentKey %s reports rk %s', async (residentKey, rk) => {
    const { device, authenticator } = createEmulatedKey();
    const selection = residentKey === undefined ? {} : { residentKey };
    const { context } = createTestClient([asSecurityKey(device)], { pin: '1234' });
    const options = creationOptions({ authenticatorSelection: selection, extensions: { credProps: true } });
    const { clientExtensionResults } = await create(options, context);
    expect(clientExtensionResults).toEqual({ credProps: { rk } });
    expect(authenticator.inspect().credentials.map(({ discoverable }) => discoverable)).toEqual(rk ? [true] : []);
  });

  test('uses EdDSA when the page prefers it', async () => {
    const { device } = createEmulatedKey();
    const pubKeyCredParams = [-8, -7].map((alg) => ({ type: 'public-key', alg }));
    const { response } = await create(
      creationOptions({ pubKeyCredParams }),
      createTestClient([asSecurityKey(device)]).context,
    );
    expect(response.publicKeyAlgorithm).toBe(-8);
    expect(fromBase64url(defined(response.publicKey))).toHaveLength(44);
  });

  test('uses ES256 when the page names no algorithm', async () => {
    const { device } = createEmulatedKey();
    const options = creationOptions({ pubKeyCredParams: [] });
    expect((await create(options, createTestClient([asSecurityKey(device)]).context)).response.publicKeyAlgorithm).toBe(
      -7,
    );
  });
});

test('createCredential() returns the same credential in binary form', async () => {
  // Two keys and two clients with the same seeds create the same credential.
  const [one, two] = [createEmulatedKey(), createEmulatedKey()];
  const json = await create(creationOptions(), createTestClient([asSecurityKey(one.device)]).context);
  const binary = await createCredential(
    parseCreationOptions(creationOptions()),
    createTestClient([asSecurityKey(two.device)]).context,
  );
  expect(toRegistrationJSON(binary)).toEqual(json);
  expect(binary.publicKey).toHaveLength(91);
});

describe('extensions of create()', () => {
  test('hmacCreateSecret and prf report whether a secret was created, and unknown extensions are ignored', async () => {
    const { device } = createEmulatedKey();
    const extensions = { hmacCreateSecret: true, prf: {}, minPinLength: true, somethingElse: { a: 1 } };
    const { clientExtensionResults } = await create(
      creationOptions({ extensions }),
      createTestClient([asSecurityKey(device)]).context,
    );
    expect(clientExtensionResults).toEqual({ hmacCreateSecret: true, prf: { enabled: true } });
  });

  test('credentialProtectionPolicy is sent to the authenticator', async () => {
    const { device } = createEmulatedKey();
    const extensions = { credentialProtectionPolicy: 'userVerificationOptionalWithCredentialIDList' };
    const { response } = await create(
      creationOptions({ extensions }),
      createTestClient([asSecurityKey(device)]).context,
    );
    const authData = parseAuthenticatorData(fromBase64url(response.authenticatorData));
    expect(authData.extensions?.get('credProtect')).toBe(2);
  });

  test.each([
    ['userVerificationRequired', true, 'NotAllowedError'],
    ['userVerificationRequired', false, undefined],
    ['userVerificationOptional', true, undefined],
  ])(
    'credentialProtectionPolicy %s (enforced: %s) on a key without credProtect ends with %s',
    async (credentialProtectionPolicy, enforce, error) => {
      const { device } = createEmulatedKey({ persona: 'yubikey-5-legacy' });
      const { context, informed } = createTestClient([asSecurityKey(device)]);
      const extensions = { credentialProtectionPolicy, enforceCredentialProtectionPolicy: enforce };
      const outcome = create(creationOptions({ extensions }), context);
      if (error) expect(await catchRejection(outcome)).toMatchObject({ name: error, endReason: 'device-unsuitable' });
      else expect(await outcome).toHaveProperty('id');
      expect(informed).toEqual(error ? ['device-unsuitable'] : []);
    },
  );
});

describe('create() refuses, before any authenticator is contacted,', () => {
  const untouched = createFakeDevice(() => {
    throw new Error('The device was used');
  });
  const cases: [string, string, Partial<PublicKeyCredentialCreationOptionsJSON>, object?][] = [
    ['an empty user id', 'TypeError', { user: { id: '', name: 'a', displayName: 'a' } }],
    ['a user id of 65 bytes', 'TypeError', { user: { id: 'A'.repeat(87), name: 'a', displayName: 'a' } }],
    ['a challenge that is not base64url', 'TypeError', { challenge: '+/' }],
    ['no rp.name', 'TypeError', { rp: {} as never }],
    ['no user', 'TypeError', { user: undefined as never }],
    ['no displayName', 'TypeError', { user: { id: 'AQ', name: 'a' } as never }],
    ['pubKeyCredParams that is not a list', 'TypeError', { pubKeyCredParams: {} as never }],
    ['an alg that is not an integer', 'TypeError', { pubKeyCredParams: [{ type: 'public-key', alg: 1.5 }] }],
    ['an exclude entry without id', 'TypeError', { excludeCredentials: [{ type: 'public-key' } as never] }],
    ['only unknown credential types', 'NotSupportedError', { pubKeyCredParams: [{ type: 'password', alg: -7 }] }],
    ['an RP ID of another site', 'SecurityError', { rp: { id: 'example.org', name: 'x' } }],
    ['an unknown protection policy', 'TypeError', { extensions: { credentialProtectionPolicy: 'whatever' } }],
    ['prf.evalByCredential', 'NotSupportedError', { extensions: { prf: { evalByCredential: {} } } }],
    ['a prf value that is not base64url', 'TypeError', { extensions: { prf: { eval: { first: '*' } } } }],
    ['an opaque origin', 'NotAllowedError', {}, { origin: 'null' }],
    ['an IP address as origin', 'SecurityError', {}, { origin: 'https://10.0.0.1' }],
  ];
  test.each(cases)('%s with %s', async (_case, name, changes, page = {}) => {
    const { context, asked } = createTestClient([asSecurityKey(untouched)]);
    expect(await catchRejection(create(creationOptions(changes), { ...context, ...page }))).toMatchObject({ name });
    expect(asked).toEqual([]);
  });

  test('user.id first, then the RP ID, the algorithms and an aborted signal, in the order of the steps', async () => {
    const { context } = createTestClient([asSecurityKey(untouched)]);
    const invalid = creationOptions({
      user: { id: '', name: 'a', displayName: 'a' },
      rp: { id: 'example.org', name: 'x' },
      pubKeyCredParams: [{ type: 'password', alg: -7 }],
    });
    const signal = AbortSignal.abort(new Error('Aborted before create()'));
    const attempt = (changes: object) => catchRejection(create({ ...invalid, ...changes }, { ...context, signal }));
    const user = creationOptions().user;
    const rp = creationOptions().rp;
    const { pubKeyCredParams } = creationOptions();
    expect(await attempt({})).toMatchObject({ name: 'TypeError' });
    expect(await attempt({ user })).toMatchObject({ name: 'SecurityError' });
    expect(await attempt({ user, rp })).toMatchObject({ name: 'NotSupportedError' });
    expect(await attempt({ user, rp, pubKeyCredParams })).toBe(signal.reason);
  });
});

test('create() records its phases, with the wait for the touch as a phase of its own', async () => {
  const { device } = createEmulatedKey({ pin: '1234' });
  const { context } = createTestClient([asSecurityKey(device)], { pin: '1234' });
  const timeline = new Timeline();
  await create(creationOptions({ authenticatorSelection: { userVerification: 'required' } }), { ...context, timeline });
  const phases = timeline.spans().map(({ phase, label }) => `${phase} ${label}`);
  expect(phases).toEqual([
    'client Client',
    'get-info getInfo',
    'pin PIN protocol',
    'user-dialog PIN',
    'pin PIN protocol',
    'make-credential makeCredential',
    'user-presence User presence',
    'user-dialog Review',
  ]);
});

test('create() limits the timeout to the range of the client', async () => {
  const { device } = createEmulatedKey();
  const sleeps: number[] = [];
  const { context } = createTestClient([asSecurityKey(device)]);
  const sleep = context.clock.sleep.bind(context.clock);
  context.clock.sleep = (ms, signal) => {
    sleeps.push(ms);
    return sleep(ms, signal);
  };
  for (const timeout of [undefined, 0, 400_000, 9_000_000]) {
    await create(creationOptions(timeout === undefined ? {} : { timeout }), context);
  }
  const policy = { timeout: { minMs: 10, maxMs: 20, defaultMs: 15 } };
  await create(creationOptions({ timeout: 5 }), { ...context, policy });
  expect(sleeps).toEqual([300_000, 300_000, 400_000, 600_000, 10]);
});
