/** Extensions that store data with a credential, and uvm, hmac-secret-mc and pinComplexityPolicy. */
import { describe, expect, it } from 'vitest';
import { concat } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { type AuthenticatorOptions, createAuthenticator, type Persona, personas } from '../index.ts';
import { rpId, TestPlatform } from '../testing/test-platform.ts';

const reference: Persona = personas['touchstone-large-blob'];
const persona: Persona = { ...reference, features: { ...reference.features, pinComplexity: { preset: true } } };
const platformFor = (options: Partial<AuthenticatorOptions> = {}) =>
  new TestPlatform(createAuthenticator({ persona, uvEnrolled: false, ...options }));

type Inputs = Record<string, CborValue>;
const outputs = (authData: Uint8Array) => parseAuthenticatorData(authData).extensions;
async function register(platform: TestPlatform, extensions: Inputs, rk = true) {
  const { status, response } = await platform.makeCredential({ options: { rk }, extensions });
  if (status !== 'CTAP2_OK') return { status, id: new Uint8Array(0), response, outputs: undefined };
  const id = parseAuthenticatorData(response.authData).attestedCredentialData?.credentialId ?? new Uint8Array(0);
  return { status, id, response, outputs: outputs(response.authData) };
}
async function signIn(platform: TestPlatform, extensions: Inputs, id?: Uint8Array) {
  const allowList = id && [{ id, type: 'public-key' }];
  const { status, response } = await platform.getAssertion({ extensions, ...(allowList && { allowList }) });
  return { status, response, outputs: status === 'CTAP2_OK' ? outputs(response.authData) : undefined };
}

describe('credBlob', () => {
  it.each([
    { length: 32, rk: true, stored: true },
    { length: 33, rk: true, stored: false },
    { length: 8, rk: false, stored: false },
  ])('blob of $length bytes with rk $rk: stored is $stored', async ({ length, rk, stored }) => {
    const platform = platformFor();
    const blob = systemRandom.bytes(length);
    const made = await register(platform, { credBlob: blob }, rk);
    expect(made.outputs?.get('credBlob')).toBe(stored);
    const returned = (await signIn(platform, { credBlob: true }, made.id)).outputs?.get('credBlob');
    expect(returned).toEqual(stored ? blob : new Uint8Array(0));
  });
});

describe('largeBlobKey', () => {
  const withCommand = { persona: personas['touchstone-complete'] };

  it('returns the same 32 bytes at each sign-in in the largeBlobKey member', async () => {
    const platform = platformFor(withCommand);
    const made = await register(platform, { largeBlobKey: true });
    expect(made.response.largeBlobKey).toHaveLength(32);
    expect(made.outputs).toBeUndefined();
    const signedIn = await signIn(platform, { largeBlobKey: true });
    expect(signedIn.response.largeBlobKey).toEqual(made.response.largeBlobKey);
    expect((await signIn(platform, {})).response.largeBlobKey).toBeUndefined();
  });

  it('rejects rk: false and the input false', async () => {
    const attempt = (input: boolean, rk: boolean) => register(platformFor(withCommand), { largeBlobKey: input }, rk);
    expect((await attempt(true, false)).status).toBe('CTAP2_ERR_INVALID_OPTION');
    expect((await attempt(false, true)).status).toBe('CTAP2_ERR_INVALID_OPTION');
  });
});

describe('largeBlob', () => {
  const map = (members: Inputs): CborMap => new Map(Object.entries(members));
  const unsigned = async (platform: TestPlatform, input: Inputs) => {
    const { status, response } = await signIn(platform, { largeBlob: map(input) });
    return status === 'CTAP2_OK' ? response.unsignedExtensionOutputs?.largeBlob : status;
  };

  it('returns the written blob as unsigned output', async () => {
    const platform = platformFor();
    const made = await register(platform, { largeBlob: map({ support: 'required' }) });
    expect(made.response.unsignedExtensionOutputs).toEqual({ largeBlob: map({ supported: true }) });
    expect(made.outputs).toBeUndefined();
    expect(await unsigned(platform, { read: true })).toEqual(map({}));
    const blob = systemRandom.bytes(300);
    expect(await unsigned(platform, { write: blob, originalSize: 900 })).toEqual(map({ written: true }));
    expect(await unsigned(platform, { read: true })).toEqual(map({ blob, originalSize: 900 }));
    expect(await unsigned(platform, { write: new Uint8Array(2049), originalSize: 1 })).toEqual(map({ written: false }));
    expect(await unsigned(platform, { read: true })).toEqual(map({ blob, originalSize: 900 }));
  });

  it('rejects inputs with neither or both of read and write, and a missing originalSize', async () => {
    const platform = platformFor();
    await register(platform, { largeBlob: map({ support: 'preferred' }) });
    const write = new Uint8Array(3);
    expect(await unsigned(platform, {})).toBe('CTAP2_ERR_INVALID_OPTION');
    expect(await unsigned(platform, { read: true, write, originalSize: 3 })).toBe('CTAP2_ERR_INVALID_OPTION');
    expect(await unsigned(platform, { write })).toBe('CTAP2_ERR_MISSING_PARAMETER');
    const notDiscoverable = await register(platform, { largeBlob: map({ support: 'required' }) }, false);
    expect(notDiscoverable.status).toBe('CTAP2_ERR_INVALID_OPTION');
  });

  it('does not store a blob for a credential that was created without the extension', async () => {
    const platform = platformFor();
    await register(platform, {});
    expect(await unsigned(platform, { write: new Uint8Array(3), originalSize: 3 })).toEqual(map({ written: false }));
  });
});

describe('thirdPartyPayment', () => {
  it.each([true, false])('returns whether the credential has it, with rk %s', async (rk) => {
    const platform = platformFor();
    const { id, outputs: created } = await register(platform, { thirdPartyPayment: true }, rk);
    expect(created?.get('thirdPartyPayment')).toBe(true);
    expect((await signIn(platform, { thirdPartyPayment: true }, id)).outputs?.get('thirdPartyPayment')).toBe(true);
    const other = await register(platform, {}, rk);
    const without = await signIn(platform, { thirdPartyPayment: true }, other.id);
    expect(without.outputs?.get('thirdPartyPayment')).toBe(false);
  });
});

it('pinComplexityPolicy is returned only to authorized relying parties', async () => {
  const outputsFor = async (ids: string[]) =>
    (await register(platformFor({ minPinLengthRpIds: ids }), { pinComplexityPolicy: true })).outputs;
  expect(await outputsFor([rpId])).toEqual(new Map([['pinComplexityPolicy', true]]));
  expect(await outputsFor([])).toBeUndefined();
});

describe('uvm', () => {
  it('reports touch, fingerprint or PIN as the method', async () => {
    const readMethod = async (state: Partial<AuthenticatorOptions>, uv: boolean, pin?: string) => {
      const platform = platformFor(state);
      const token = pin && (await platform.pinToken(2, pin, { permissions: 1, rpId })).token;
      const pinUvAuth = token ? platform.pinUvAuth(2, token) : {};
      const options: Record<string, boolean> = uv ? { uv } : {};
      const request = { options, extensions: { uvm: true }, ...pinUvAuth };
      return outputs((await platform.makeCredential(request)).response.authData)?.get('uvm');
    };
    expect(await readMethod({}, false)).toEqual([[0x01, 0x0a, 0x04]]);
    expect(await readMethod({ uvEnrolled: true }, true)).toEqual([[0x02, 0x0a, 0x04]]);
    expect(await readMethod({ pin: '1234' }, false, '1234')).toEqual([[0x800, 0x0a, 0x04]]);
  });
});

describe.each([1, 2] as const)('hmac-secret-mc with protocol %i', (version) => {
  async function input(platform: TestPlatform, salts: Uint8Array) {
    const { protocol, secret, keyAgreement } = await platform.agreeOnSecret(version);
    const saltEnc = protocol.encrypt(secret, salts, systemRandom);
    const map: CborMap = new Map<number, CborValue>([
      [1, keyAgreement],
      [2, saltEnc],
      [3, protocol.authenticate(secret, saltEnc)],
      [4, version],
    ]);
    const open = (output: CborValue | undefined) => protocol.decrypt(secret, output as Uint8Array);
    return { map, open };
  }
  const salts = concat(sha256('a'), sha256('b'));

  it('returns at registration the same secrets as hmac-secret at sign-in', async () => {
    const platform = platformFor();
    const atCreate = await input(platform, salts);
    const made = await register(platform, { 'hmac-secret': true, 'hmac-secret-mc': atCreate.map });
    expect(made.outputs?.get('hmac-secret')).toBe(true);
    const atGet = await input(platform, salts);
    const signedIn = await signIn(platform, { 'hmac-secret': atGet.map });
    const secrets = atCreate.open(made.outputs?.get('hmac-secret-mc'));
    expect(secrets).toHaveLength(64);
    expect(secrets).toEqual(atGet.open(signedIn.outputs?.get('hmac-secret')));
  });

  it('rejects a request without hmac-secret, and a wrong saltAuth', async () => {
    const platform = platformFor();
    const { map } = await input(platform, salts);
    expect((await register(platform, { 'hmac-secret-mc': map })).status).toBe('CTAP2_ERR_MISSING_PARAMETER');
    map.set(3, new Uint8Array(version === 1 ? 16 : 32));
    const forged = await register(platform, { 'hmac-secret': true, 'hmac-secret-mc': map });
    expect(forged.status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect(platform.authenticator.inspect().credentials).toEqual([]);
  });
});
