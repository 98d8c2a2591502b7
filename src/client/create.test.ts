/** create() against the emulator: what a page gets when all goes well, and every refusal that needs no authenticator. */
import { describe, expect, test } from 'vitest';
import { formatAaguid, fromBase64url, toBase64url } from '#base/bytes.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { Timeline } from '#result/timeline.ts';
import { create, createCredential } from './create.ts';
import { toRegistrationJSON } from './credential-json.ts';
import { type PublicKeyCredentialCreationOptionsJSON, parseCreationOptions } from './credential-options.ts';
import { creationOptions, createFakeDevice, createEmulatedKey, asSecurityKey, rejection, createTestClient } from './testing/test-client.ts';

const attestationOf = (response: { attestationObject: string }) =>
  decode(fromBase64url(response.attestationObject)) as CborMap;

describe('a passkey on a key without PIN', () => {
  test('is described as section 5.1 says', async () => {
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
    expect(credential.id).toBe(toBase64url(authData.attestedCredentialData!.credentialId));
    expect(response.transports).toEqual(['nfc', 'usb']);
    expect(response.publicKeyAlgorithm).toBe(-7);
    expect(fromBase64url(response.publicKey!)).toHaveLength(91);
    expect(attestationOf(response).get('fmt')).toBe('packed');
    expect(attestationOf(response).get('authData')).toEqual(fromBase64url(response.authenticatorData));
    expect(formatAaguid(authData.attestedCredentialData!.aaguid)).toBe('2fc0579f-8113-47ea-b116-bb5a8db9202a');
    expect(authData.flags & (flag.UP | flag.UV)).toBe(flag.UP);
    expect(asked).toEqual(['touch register', 'review']);
    expect(informed).toEqual([]);
  });

  test('without attestation keeps the AAGUID and loses the statement', async () => {
    const { device } = createEmulatedKey();
    const { response } = await create(creationOptions(), createTestClient([asSecurityKey(device)]).context);
    expect(attestationOf(response).get('fmt')).toBe('none');
    expect(attestationOf(response).get('attStmt')).toEqual(new Map());
    const { attestedCredentialData } = parseAuthenticatorData(attestationOf(response).get('authData') as Uint8Array);
    expect(formatAaguid(attestedCredentialData!.aaguid)).toBe('2fc0579f-8113-47ea-b116-bb5a8db9202a');
  });

  test.each([
    ['required', true],
    ['preferred', true],
    ['discouraged', false],
    [undefined, false],
  ])('residentKey %s: discoverable is %s', async (residentKey, rk) => {
    const { device, authenticator } = createEmulatedKey();
    const selection = residentKey === undefined ? {} : { residentKey };
    const { context } = createTestClient([asSecurityKey(device)], { pin: '1234' });
    const options = creationOptions({ authenticatorSelection: selection, extensions: { credProps: true } });
    const { clientExtensionResults } = await create(options, context);
    expect(clientExtensionResults).toEqual({ credProps: { rk } });
    expect(authenticator.inspect().credentials.map(({ discoverable }) => discoverable)).toEqual(rk ? [true] : []);
  });

  test('is EdDSA where the page prefers that', async () => {
    const { device } = createEmulatedKey();
    const pubKeyCredParams = [-8, -7].map((alg) => ({ type: 'public-key', alg }));
    const { response } = await create(creationOptions({ pubKeyCredParams }), createTestClient([asSecurityKey(device)]).context);
    expect(response.publicKeyAlgorithm).toBe(-8);
    expect(fromBase64url(response.publicKey!)).toHaveLength(44);
  });

  test('is ES256 where the page names no algorithm', async () => {
    const { device } = createEmulatedKey();
    const options = creationOptions({ pubKeyCredParams: [] });
    expect((await create(options, createTestClient([asSecurityKey(device)]).context)).response.publicKeyAlgorithm).toBe(-7);
  });
});

test('the binary form is what the JSON form says', async () => {
  // Two keys and two clients from the same seeds make the same credential.
  const [one, two] = [createEmulatedKey(), createEmulatedKey()];
  const json = await create(creationOptions(), createTestClient([asSecurityKey(one.device)]).context);
  const binary = await createCredential(parseCreationOptions(creationOptions()), createTestClient([asSecurityKey(two.device)]).context);
  expect(toRegistrationJSON(binary)).toEqual(json);
  expect(binary.publicKey).toHaveLength(91);
});

describe('extensions', () => {
  test('hmac-secret and prf tell whether there is a secret; unknown ones are ignored', async () => {
    const { device } = createEmulatedKey();
    const extensions = { hmacCreateSecret: true, prf: {}, minPinLength: true, somethingElse: { a: 1 } };
    const { clientExtensionResults } = await create(creationOptions({ extensions }), createTestClient([asSecurityKey(device)]).context);
    expect(clientExtensionResults).toEqual({ hmacCreateSecret: true, prf: { enabled: true } });
  });

  test('a protection policy reaches the authenticator', async () => {
    const { device } = createEmulatedKey();
    const extensions = { credentialProtectionPolicy: 'userVerificationOptionalWithCredentialIDList' };
    const { response } = await create(creationOptions({ extensions }), createTestClient([asSecurityKey(device)]).context);
    const authData = parseAuthenticatorData(fromBase64url(response.authenticatorData));
    expect(authData.extensions?.get('credProtect')).toBe(2);
  });

  test.each([
    ['userVerificationRequired', true, 'NotAllowedError'],
    ['userVerificationRequired', false, undefined],
    ['userVerificationOptional', true, undefined],
  ])('%s, enforced %s, on a key that cannot: %s', async (credentialProtectionPolicy, enforce, error) => {
    const { device } = createEmulatedKey({ persona: 'yubikey-5-legacy' });
    const { context, informed } = createTestClient([asSecurityKey(device)]);
    const extensions = { credentialProtectionPolicy, enforceCredentialProtectionPolicy: enforce };
    const outcome = create(creationOptions({ extensions }), context);
    if (error) expect(await rejection(outcome)).toMatchObject({ name: error, endReason: 'device-unsuitable' });
    else expect(await outcome).toHaveProperty('id');
    expect(informed).toEqual(error ? ['device-unsuitable'] : []);
  });
});

describe('what needs no authenticator is refused before one is touched', () => {
  const untouched = createFakeDevice(() => {
    throw new Error('the device was touched');
  });
  const cases: [string, string, Partial<PublicKeyCredentialCreationOptionsJSON>, object?][] = [
    ['an empty user id', 'TypeError', { user: { id: '', name: 'a', displayName: 'a' } }],
    ['a user id of 65 bytes', 'TypeError', { user: { id: 'A'.repeat(87), name: 'a', displayName: 'a' } }],
    ['a challenge that is not base64url', 'TypeError', { challenge: '+/' }],
    ['no rp.name', 'TypeError', { rp: {} as never }],
    ['no user', 'TypeError', { user: undefined as never }],
    ['no displayName', 'TypeError', { user: { id: 'AQ', name: 'a' } as never }],
    ['pubKeyCredParams that is no list', 'TypeError', { pubKeyCredParams: {} as never }],
    ['an alg that is no integer', 'TypeError', { pubKeyCredParams: [{ type: 'public-key', alg: 1.5 }] }],
    ['an exclude entry without id', 'TypeError', { excludeCredentials: [{ type: 'public-key' } as never] }],
    ['only unknown credential types', 'NotSupportedError', { pubKeyCredParams: [{ type: 'password', alg: -7 }] }],
    ['a foreign RP ID', 'SecurityError', { rp: { id: 'example.org', name: 'x' } }],
    ['an unknown protection policy', 'TypeError', { extensions: { credentialProtectionPolicy: 'whatever' } }],
    ['prf.evalByCredential', 'NotSupportedError', { extensions: { prf: { evalByCredential: {} } } }],
    ['a prf value that is not base64url', 'TypeError', { extensions: { prf: { eval: { first: '*' } } } }],
    ['an opaque origin', 'NotAllowedError', {}, { origin: 'null' }],
    ['an address as origin', 'SecurityError', {}, { origin: 'https://10.0.0.1' }],
  ];
  test.each(cases)('%s: %s', async (_case, name, changes, page = {}) => {
    const { context, asked } = createTestClient([asSecurityKey(untouched)]);
    expect(await rejection(create(creationOptions(changes), { ...context, ...page }))).toMatchObject({ name });
    expect(asked).toEqual([]);
  });

  test('in the order of the steps: user.id, then the RP ID, then the algorithms, then the abort', async () => {
    const { context } = createTestClient([asSecurityKey(untouched)]);
    const wrong = creationOptions({
      user: { id: '', name: 'a', displayName: 'a' },
      rp: { id: 'example.org', name: 'x' },
      pubKeyCredParams: [{ type: 'password', alg: -7 }],
    });
    const signal = AbortSignal.abort(new Error('aborted before'));
    const attempt = (changes: object) => rejection(create({ ...wrong, ...changes }, { ...context, signal }));
    const user = creationOptions().user;
    const rp = creationOptions().rp;
    const { pubKeyCredParams } = creationOptions();
    expect(await attempt({})).toMatchObject({ name: 'TypeError' });
    expect(await attempt({ user })).toMatchObject({ name: 'SecurityError' });
    expect(await attempt({ user, rp })).toMatchObject({ name: 'NotSupportedError' });
    expect(await attempt({ user, rp, pubKeyCredParams })).toBe(signal.reason);
  });
});

test('phases are measured, the wait for the touch apart', async () => {
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

test('the timeout is moved into the range of the client', async () => {
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
