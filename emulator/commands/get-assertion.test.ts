import { describe, expect, it } from 'vitest';
import { concat, utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { defined } from '#base/testing/defined.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { type AuthenticatorOptions, createAuthenticator, denyTouch, neverTouch } from '../index.ts';
import { clientDataHash, rpId, TestPlatform } from '../testing/test-platform.ts';

const platformFor = (options: Partial<AuthenticatorOptions> = {}) =>
  new TestPlatform(createAuthenticator({ persona: 'touchstone-key', ...options }));

async function register(platform: TestPlatform, rk: boolean, name = 'alice', extensions = {}) {
  const user = { id: utf8(name), name, displayName: name.toUpperCase() };
  const { response, status } = await platform.makeCredential({ options: { rk }, user, extensions });
  expect(status).toBe('CTAP2_OK');
  const authData = parseAuthenticatorData(response.authData);
  const id = defined(authData.attestedCredentialData).credentialId;
  return { publicKey: authData.credentialPublicKey as CborMap, descriptor: { id, type: 'public-key' } };
}

describe('an assertion', () => {
  it.each([
    { rk: false, alg: -7 },
    { rk: true, alg: -7 },
    { rk: false, alg: -8 },
  ])('has a signature by the key of the registration: %o', async ({ rk, alg }) => {
    const platform = platformFor({ algorithms: [alg === -7 ? 'ES256' : 'EdDSA'] });
    const pubKeyCredParams = [{ type: 'public-key', alg }];
    const { response: made } = await platform.makeCredential({ options: { rk }, pubKeyCredParams });
    const { credentialPublicKey, attestedCredentialData } = parseAuthenticatorData(made.authData);
    const allowList = rk ? undefined : [{ id: defined(attestedCredentialData).credentialId, type: 'public-key' }];
    const { response } = await platform.getAssertion({ allowList });
    const signed = concat(response.authData, clientDataHash);
    expect(verifySignature(credentialPublicKey as CborMap, signed, response.signature)).toBe(true);
    expect(parseAuthenticatorData(response.authData)).toMatchObject({ flags: flag.UP, signCount: 2 });
    expect(response.user).toEqual(rk ? { id: utf8('user-1') } : undefined);
    expect(response.numberOfCredentials).toBeUndefined();
  });

  it('with up: false needs no gesture', async () => {
    const platform = platformFor({ defects: ['registration.presence-not-awaited'], gestures: neverTouch });
    const { descriptor } = await register(platform, false);
    const { response } = await platform.getAssertion({ allowList: [descriptor], options: { up: false } });
    expect(parseAuthenticatorData(response.authData).flags).toBe(0);
  });
});

describe('several accounts', () => {
  it('are returned newest first, with names only for a verified user', async () => {
    const platform = platformFor({ pin: '1234' });
    const accounts = ['a', 'b', 'c'];
    for (const name of accounts) {
      const { token } = await platform.pinToken(2, '1234', { permissions: 1, rpId });
      const user = { id: utf8(name), name };
      await platform.makeCredential({ options: { rk: true }, user, ...platform.pinUvAuth(2, defined(token)) });
    }
    const { token } = await platform.pinToken(2, '1234', { permissions: 2, rpId });
    const first = await platform.getAssertion(platform.pinUvAuth(2, defined(token)));
    expect(first.response).toMatchObject({ numberOfCredentials: 3, user: { name: 'c' } });
    const next = async () => platform.send('authenticatorGetNextAssertion');
    expect((await next()).response.user).toMatchObject({ name: 'b' });
    expect((await next()).response.user).toMatchObject({ name: 'a' });
    expect((await next()).status).toBe('CTAP2_ERR_NOT_ALLOWED');
    const unverified = await platform.getAssertion();
    expect(unverified.response.user).toEqual({ id: utf8('c') });
  });

  it('expire after 30 seconds and with another command, and need a first assertion', async () => {
    const clock = new AdjustableClock();
    const platform = platformFor({ clock });
    const next = async () => (await platform.send('authenticatorGetNextAssertion')).status;
    for (const name of ['a', 'b', 'c']) await register(platform, true, name);
    expect(await next()).toBe('CTAP2_ERR_NOT_ALLOWED');
    await platform.getAssertion();
    clock.advance(29_000);
    expect(await next()).toBe('CTAP2_OK');
    clock.advance(31_000);
    expect(await next()).toBe('CTAP2_ERR_NOT_ALLOWED');
    await platform.getAssertion();
    await platform.send('authenticatorGetInfo');
    expect(await next()).toBe('CTAP2_ERR_NOT_ALLOWED');
  });
});

describe('credProtect', () => {
  it.each([
    { level: 1, listed: 'CTAP2_OK', discovered: 'CTAP2_OK' },
    { level: 2, listed: 'CTAP2_OK', discovered: 'CTAP2_ERR_NO_CREDENTIALS' },
    { level: 3, listed: 'CTAP2_ERR_NO_CREDENTIALS', discovered: 'CTAP2_ERR_NO_CREDENTIALS' },
  ])(
    'level $level without user verification: $listed if listed, $discovered if discovered',
    async ({ level, listed, discovered }) => {
      const platform = platformFor();
      const { descriptor } = await register(platform, true, 'alice', { credProtect: level });
      expect((await platform.getAssertion({ allowList: [descriptor] })).status).toBe(listed);
      expect((await platform.getAssertion()).status).toBe(discovered);
    },
  );
});

describe('errors', () => {
  const request = (changes: object) =>
    commands.authenticatorGetAssertion.request.encode({ rpId, clientDataHash, ...changes });
  const unknown = { id: new Uint8Array(64), type: 'public-key' };
  it.each<[string, string, CborMap, Partial<AuthenticatorOptions>?]>([
    ['rk', 'CTAP2_ERR_UNSUPPORTED_OPTION', request({ options: { rk: true } })],
    ['uv without a sensor', 'CTAP2_ERR_INVALID_OPTION', request({ options: { uv: true } })],
    ['an unknown credential', 'CTAP2_ERR_NO_CREDENTIALS', request({ allowList: [unknown] })],
    ['no stored credential', 'CTAP2_ERR_NO_CREDENTIALS', request({})],
    ['an empty allowList', 'CTAP2_ERR_NO_CREDENTIALS', request({ allowList: [] })],
    ['an allowList that is a map', 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE', request({}).set(3, new Map())],
    ['too many credentials in allowList', 'CTAP2_ERR_LIMIT_EXCEEDED', request({ allowList: Array(17).fill(unknown) })],
    ['an empty pinUvAuthParam', 'CTAP2_ERR_PIN_NOT_SET', request({ pinUvAuthParam: new Uint8Array(0) })],
    [
      'no PIN token despite alwaysUv',
      'CTAP2_ERR_PUAT_REQUIRED',
      request({}),
      { persona: 'yubikey-bio', uvEnrolled: false },
    ],
  ])('a request with %s answers %s', async (_title, status, parameters, options) => {
    const platform = platformFor(options);
    expect(await platform.sendRaw('authenticatorGetAssertion', parameters)).toBe(status);
  });

  it('a missing credential is reported before a declined touch', async () => {
    const platform = platformFor({ gestures: denyTouch });
    expect((await platform.getAssertion()).status).toBe('CTAP2_ERR_NO_CREDENTIALS');
    expect((await platform.makeCredential()).status).toBe('CTAP2_ERR_OPERATION_DENIED');
  });
});
