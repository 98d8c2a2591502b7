import { describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { defined } from '#base/testing/defined.ts';
import { clientPinSubCommands } from '#protocol/commands.ts';
import { type AuthenticatorOptions, createAuthenticator, ManualGestures } from '../index.ts';
import { rpId, TestPlatform } from '../testing/test-platform.ts';

const platformFor = (options: Partial<AuthenticatorOptions> = {}) =>
  new TestPlatform(createAuthenticator({ persona: 'touchstone-key', ...options }));
const mc = { permissions: 0x01, rpId };
const pin = '1234';

describe.each([1, 2] as const)('PIN/UV auth protocol %i', (version) => {
  describe('setPIN', () => {
    it.each([
      ['4 digits', '1234', 'CTAP2_OK'],
      ['3 digits', '123', 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
      ['3 characters of many bytes', '🔑🔑🔑', 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
      ['4 characters of many bytes', '🔑🔑🔑🔑', 'CTAP2_OK'],
      ['63 bytes', 'x'.repeat(63), 'CTAP2_OK'],
      ['64 bytes', 'x'.repeat(64), 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
      ['an empty PIN', '', 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
      ['80 bytes', 'x'.repeat(80), 'CTAP1_ERR_INVALID_PARAMETER'],
    ])('with %s answers $2', async (_title, value, status) => {
      const platform = platformFor();
      expect(await platform.setPin(version, utf8(value))).toBe(status);
      expect(platform.authenticator.inspect().pin).toBe(status === 'CTAP2_OK' ? 'set' : 'unset');
    });

    const undecryptable = ['CTAP2_ERR_PIN_AUTH_INVALID', '6.5.5.5 step 6, 6.5.5.6 step 9'];
    const notPadded = ['CTAP1_ERR_INVALID_PARAMETER', '6.5.5.5 step 7, 6.5.5.6 step 10'];
    it.each([
      [20, ...undecryptable],
      [0, ...(version === 2 ? undecryptable : notPadded)], // protocol 2 has an initialization vector
      [48, ...notPadded],
    ])('and changePIN with an authentic newPinEnc of %i bytes answers %s (%s)', async (length, status) => {
      const newPinEnc = new Uint8Array(Number(length));
      expect(await platformFor().sendNewPin('setPIN', { version, newPinEnc })).toBe(status);
      const platform = platformFor({ pin, retries: 3 });
      expect(await platform.sendNewPin('changePIN', { version, newPinEnc, currentPin: pin })).toBe(status);
      expect(platform.authenticator.inspect(), 'the current PIN was correct').toMatchObject({ pinRetries: 8 });
      expect((await platform.pinToken(version, pin, mc)).status, 'and is still the PIN').toBe('CTAP2_OK');
    });

    it('refuses if a PIN is already set', async () => {
      expect(await platformFor({ pin }).setPin(version, '5678')).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    });
  });

  it('changes the PIN; the old PIN and older tokens become invalid', async () => {
    const platform = platformFor({ pin });
    const { token } = await platform.pinToken(version, pin, mc);
    expect(await platform.changePin(version, pin, 'new pin')).toBe('CTAP2_OK');
    expect((await platform.makeCredential(platform.pinUvAuth(version, defined(token)))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    expect((await platform.pinToken(version, pin, mc)).status).toBe('CTAP2_ERR_PIN_INVALID');
    expect((await platform.pinToken(version, 'new pin', mc)).status).toBe('CTAP2_OK');
  });

  it('returns a token that registers one credential with user verification', async () => {
    const platform = platformFor({ pin });
    const { token } = await platform.pinToken(version, pin, mc);
    const reply = await platform.makeCredential({
      options: { rk: true },
      ...platform.pinUvAuth(version, defined(token)),
    });
    expect(reply.status).toBe('CTAP2_OK');
    expect((reply.response.authData[32] ?? 0) & 0x04).toBe(0x04);
    expect((await platform.makeCredential(platform.pinUvAuth(version, defined(token)))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
  });

  it('blocks the PIN after three consecutive wrong PINs, until the next power cycle', async () => {
    const platform = platformFor({ pin });
    const wrong = async () => (await platform.pinToken(version, '0000', mc)).status;
    expect([await wrong(), await wrong(), await wrong()]).toEqual([
      'CTAP2_ERR_PIN_INVALID',
      'CTAP2_ERR_PIN_INVALID',
      'CTAP2_ERR_PIN_AUTH_BLOCKED',
    ]);
    expect((await platform.pinToken(version, pin, mc)).status).toBe('CTAP2_ERR_PIN_AUTH_BLOCKED');
    expect((await platform.clientPin('getPINRetries')).response).toEqual({ pinRetries: 5, powerCycleState: true });
    platform.authenticator.powerCycle();
    expect((await platform.pinToken(version, pin, mc)).status).toBe('CTAP2_OK');
    expect((await platform.clientPin('getPINRetries')).response).toEqual({ pinRetries: 8 });
  });

  it('blocks the PIN permanently after eight wrong PINs', async () => {
    const platform = platformFor({ pin });
    const statuses: string[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      if (attempt % 3 === 0) platform.authenticator.powerCycle();
      statuses.push((await platform.pinToken(version, '0000', mc)).status);
    }
    expect(statuses.at(-1)).toBe('CTAP2_ERR_PIN_BLOCKED');
    platform.authenticator.powerCycle();
    expect((await platform.pinToken(version, pin, mc)).status).toBe('CTAP2_ERR_PIN_BLOCKED');
    expect(await platform.changePin(version, pin, '5678')).toBe('CTAP2_ERR_PIN_BLOCKED');
    expect(platform.authenticator.inspect()).toMatchObject({ pin: 'blocked', pinRetries: 0 });
  });

  it('generates a new key agreement key after a wrong PIN', async () => {
    const platform = platformFor({ pin });
    const key = async () => (await platform.clientPin('getKeyAgreement', { pinUvAuthProtocol: version })).response;
    const before = await key();
    expect(await key()).toEqual(before);
    await platform.pinToken(version, '0000', mc);
    expect(await key()).not.toEqual(before);
  });

  it.each([
    ['no permissions', 'CTAP2_ERR_MISSING_PARAMETER', {}],
    ['permissions 0', 'CTAP1_ERR_INVALID_PARAMETER', { permissions: 0 }],
    ['mc without rpId', 'CTAP2_ERR_MISSING_PARAMETER', { permissions: 1 }],
    ['an unsupported permission', 'CTAP2_ERR_UNAUTHORIZED_PERMISSION', { permissions: 4 }],
    ['mc and an undefined bit', 'CTAP2_OK', { permissions: 0x81, rpId }],
  ])('a request with %s answers %s', async (_title, status, grant) => {
    const platform = platformFor({ pin });
    expect((await platform.pinToken(version, pin, grant as typeof mc)).status).toBe(status);
    expect(platform.authenticator.inspect().pinRetries).toBe(8);
  });

  it('binds a token to its permission and relying party', async () => {
    const platform = platformFor({ pin });
    const { token } = await platform.pinToken(version, pin, { permissions: 0x02, rpId });
    const proof = platform.pinUvAuth(version, defined(token));
    expect((await platform.makeCredential(proof)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect((await platform.getAssertion({ rpId: 'other.example', ...proof })).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    expect((await platform.getAssertion(proof)).status).toBe('CTAP2_ERR_NO_CREDENTIALS');
  });

  it('expires an unused token after 30 seconds and a used one after 10 minutes', async () => {
    const clock = new AdjustableClock();
    const platform = platformFor({ pin, clock });
    const both = { permissions: 0x03, rpId };
    const { token: unused } = await platform.pinToken(version, pin, both);
    clock.advance(30_000);
    expect((await platform.getAssertion(platform.pinUvAuth(version, defined(unused)))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    const { token: used } = await platform.pinToken(version, pin, both);
    clock.advance(29_000);
    expect((await platform.getAssertion(platform.pinUvAuth(version, defined(used)))).status).toBe(
      'CTAP2_ERR_NO_CREDENTIALS',
    );
    clock.advance(500_000);
    expect((await platform.getAssertion(platform.pinUvAuth(version, defined(used)))).status).toBe(
      'CTAP2_ERR_NO_CREDENTIALS',
    );
    clock.advance(72_000);
    expect((await platform.getAssertion(platform.pinUvAuth(version, defined(used)))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
  });

  it('refuses a point that is not on the curve, and missing parameters', async () => {
    const platform = platformFor({ pin });
    const { keyAgreement } = await platform.agreeOnSecret(version);
    const request = { pinUvAuthProtocol: version, pinHashEnc: new Uint8Array(32), ...mc };
    const name = 'getPinUvAuthTokenUsingPinWithPermissions';
    const off = new Map(keyAgreement).set(-3, new Uint8Array(32).fill(1));
    expect((await platform.clientPin(name, { ...request, keyAgreement: off })).status).toBe(
      'CTAP1_ERR_INVALID_PARAMETER',
    );
    expect((await platform.clientPin(name, request)).status).toBe('CTAP2_ERR_MISSING_PARAMETER');
    expect(platform.authenticator.inspect().pinRetries).toBe(8);
  });
});

it('a power cut before the answer saves a retry only with the defect pin.decrement-after-answer', async () => {
  const retriesAfterCut = async (defects: AuthenticatorOptions['defects']) => {
    const platform = platformFor({ pin, defects });
    const { keyAgreement } = await platform.agreeOnSecret(2);
    platform.authenticator.faults.plan({ at: 'authenticatorClientPIN', when: 'before-answer', do: 'power-cut' });
    const request = { pinUvAuthProtocol: 2, keyAgreement, pinHashEnc: new Uint8Array(32), ...mc };
    const attempt = platform.clientPin('getPinUvAuthTokenUsingPinWithPermissions', request);
    await expect(attempt).rejects.toMatchObject({ kind: 'disconnected' });
    return platform.authenticator.inspect().pinRetries;
  };
  expect(await retriesAfterCut([])).toBe(7);
  expect(await retriesAfterCut(['pin.decrement-after-answer'])).toBe(8);
});

describe('version profiles', () => {
  it('CTAP 2.0 has only getPinToken; its token is valid until a power cycle', async () => {
    const clock = new AdjustableClock();
    const platform = platformFor({ persona: 'google-titan-v2', pin, clock });
    expect((await platform.pinToken(1, pin, mc)).status).toBe('CTAP1_ERR_INVALID_PARAMETER');
    const { token } = await platform.pinToken(1, pin);
    clock.advance(3_600_000);
    for (let use = 0; use < 2; use++)
      expect((await platform.makeCredential(platform.pinUvAuth(1, defined(token)))).status).toBe('CTAP2_OK');
    platform.authenticator.powerCycle();
    expect((await platform.makeCredential(platform.pinUvAuth(1, defined(token)))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
  });

  it('refuses a protocol that the persona does not have', async () => {
    const platform = platformFor({ persona: 'google-titan-v2' });
    const { status } = await platform.clientPin('getKeyAgreement', { pinUvAuthProtocol: 2 });
    expect(status).toBe('CTAP1_ERR_INVALID_PARAMETER');
  });

  it('getPinToken takes no permissions', async () => {
    const { keyAgreement } = await platformFor({ pin }).agreeOnSecret(2);
    const request = { pinUvAuthProtocol: 2, keyAgreement, pinHashEnc: new Uint8Array(32), permissions: 1 };
    expect((await platformFor({ pin }).clientPin('getPinToken', request)).status).toBe('CTAP1_ERR_INVALID_PARAMETER');
  });

  it.each([0, 8, 10, 99])('answers CTAP2_ERR_INVALID_SUBCOMMAND to subcommand %i', async (subCommand) => {
    const known: number[] = Object.values(clientPinSubCommands);
    expect(known).not.toContain(subCommand);
    const { status } = await platformFor().send('authenticatorClientPIN', { subCommand });
    expect(status).toBe('CTAP2_ERR_INVALID_SUBCOMMAND');
  });

  it('a platform authenticator has no clientPIN', async () => {
    const { status } = await platformFor({ persona: 'apple-passwords' }).clientPin('getPINRetries');
    expect(status).toBe('CTAP1_ERR_INVALID_COMMAND');
  });
});

describe('built-in user verification', () => {
  const bio = (gestures: ManualGestures, more: Partial<AuthenticatorOptions> = {}) =>
    platformFor({ persona: 'yubikey-bio', gestures, ...more });
  const uvToken = async (platform: TestPlatform) => {
    const { protocol, secret, keyAgreement } = await platform.agreeOnSecret(2);
    const request = { pinUvAuthProtocol: 2, keyAgreement, ...mc };
    const { status, response } = await platform.clientPin('getPinUvAuthTokenUsingUvWithPermissions', request);
    return { status, token: response.pinUvAuthToken && protocol.decrypt(secret, response.pinUvAuthToken) };
  };

  it('returns a token that also proves user presence', async () => {
    const gestures = new ManualGestures();
    const platform = bio(gestures);
    gestures.finger(true);
    const { status, token } = await uvToken(platform);
    expect(status).toBe('CTAP2_OK');
    const reply = await platform.makeCredential(platform.pinUvAuth(2, defined(token))); // no second gesture is queued
    expect((reply.response.authData[32] ?? 0) & 0x05).toBe(0x05);
  });

  it('is blocked after three fingerprints that do not match, and unblocked by the PIN', async () => {
    const gestures = new ManualGestures();
    const platform = bio(gestures, { pin });
    for (const status of ['CTAP2_ERR_UV_INVALID', 'CTAP2_ERR_UV_INVALID', 'CTAP2_ERR_UV_BLOCKED']) {
      gestures.finger(false);
      expect((await uvToken(platform)).status).toBe(status);
    }
    expect((await platform.clientPin('getUVRetries')).response.uvRetries).toBe(0);
    expect((await platform.makeCredential({ options: { uv: true } })).status).toBe('CTAP2_ERR_PUAT_REQUIRED');
    expect((await platform.pinToken(2, pin, mc)).status).toBe('CTAP2_OK');
    expect((await platform.clientPin('getUVRetries')).response.uvRetries).toBe(3);
  });

  it('is requested by alwaysUv although the request has no uv option', async () => {
    const gestures = new ManualGestures();
    const platform = bio(gestures);
    const reply = platform.makeCredential();
    expect(await gestures.whenAsked()).toMatchObject({ kind: 'verification', rpId });
    gestures.finger(true);
    expect(((await reply).response.authData[32] ?? 0) & 0x05).toBe(0x05);
  });

  it('is not allowed without an enrolled fingerprint', async () => {
    const platform = bio(new ManualGestures(), { uvEnrolled: false, pin });
    expect((await uvToken(platform)).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  });
});
