/** Extension outputs, compared with what the platform computes. */
import { describe, expect, it } from 'vitest';
import { concat } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { type AuthenticatorOptions, createAuthenticator } from '../index.ts';
import { rpId, TestPlatform } from '../testing/test-platform.ts';

const platformFor = (options: Partial<AuthenticatorOptions> = {}) =>
  new TestPlatform(createAuthenticator({ persona: 'touchstone-key', ...options }));
const outputs = (authData: Uint8Array) => parseAuthenticatorData(authData).extensions;
const none = new Uint8Array(0);
const [saltA, saltB] = [sha256('a'), sha256('b')];

describe('extensions at registration', () => {
  it('returns outputs only for requested and supported extensions', async () => {
    const extensions = { credProtect: 2, 'hmac-secret': true, somethingElse: 1 };
    const { response } = await platformFor().makeCredential({ extensions });
    expect(outputs(response.authData)).toEqual(
      new Map<string, CborValue>([
        ['credProtect', 2],
        ['hmac-secret', true],
      ]),
    );
    expect(outputs((await platformFor().makeCredential()).response.authData)).toBeUndefined();
  });

  it('returns minPinLength only to authorized relying parties', async () => {
    const platform = platformFor({ minPinLengthRpIds: [rpId] });
    const requestMinPinLength = async (id: string) =>
      outputs((await platform.makeCredential({ rp: { id }, extensions: { minPinLength: true } })).response.authData);
    expect(await requestMinPinLength(rpId)).toEqual(new Map([['minPinLength', 4]]));
    expect(await requestMinPinLength('other.example')).toBeUndefined();
  });
});

describe.each([1, 2] as const)('hmac-secret with protocol %i', (version) => {
  async function getSecrets(platform: TestPlatform, salts: Uint8Array, token?: Uint8Array) {
    const { protocol, secret, keyAgreement } = await platform.agreeOnSecret(version);
    const saltEnc = protocol.encrypt(secret, salts, systemRandom);
    const input: CborMap = new Map<number, CborValue>([
      [1, keyAgreement],
      [2, saltEnc],
      [3, protocol.authenticate(secret, saltEnc)],
      [4, version],
    ]);
    const pinUvAuth = token ? platform.pinUvAuth(version, token) : {};
    const { status, response } = await platform.getAssertion({ extensions: { 'hmac-secret': input }, ...pinUvAuth });
    const output = response.authData && outputs(response.authData)?.get('hmac-secret');
    return { status, secrets: output instanceof Uint8Array ? protocol.decrypt(secret, output) : undefined };
  }

  it('returns one secret per salt, and different secrets with user verification', async () => {
    const platform = platformFor({ pin: '1234' });
    const { token } = await platform.pinToken(version, '1234', { permissions: 1, rpId });
    await platform.makeCredential({
      options: { rk: true },
      extensions: { 'hmac-secret': true },
      ...platform.pinUvAuth(version, token ?? none),
    });
    const [a, b, both] = [
      await getSecrets(platform, saltA),
      await getSecrets(platform, saltB),
      await getSecrets(platform, concat(saltA, saltB)),
    ];
    expect(a.secrets).toHaveLength(32);
    expect(both.secrets).toEqual(concat(a.secrets ?? none, b.secrets ?? none));
    expect(a.secrets).not.toEqual(b.secrets);
    const { token: getAssertionToken } = await platform.pinToken(version, '1234', { permissions: 2, rpId });
    expect((await getSecrets(platform, saltA, getAssertionToken)).secrets).not.toEqual(a.secrets);
  });

  it('rejects salts of another length, a wrong saltAuth, and up: false', async () => {
    const platform = platformFor();
    await platform.makeCredential({ options: { rk: true } });
    expect((await getSecrets(platform, new Uint8Array(48))).status).toBe('CTAP1_ERR_INVALID_LENGTH');
    const { keyAgreement } = await platform.agreeOnSecret(version);
    const input = new Map<number, CborValue>([
      [1, keyAgreement],
      [2, new Uint8Array(48)],
      [3, new Uint8Array(32)],
      [4, version],
    ]);
    const extensions = { 'hmac-secret': input };
    expect((await platform.getAssertion({ extensions })).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    const silent = await platform.getAssertion({ extensions, options: { up: false } });
    expect(silent.status).toBe('CTAP2_ERR_UNSUPPORTED_OPTION');
  });
});
