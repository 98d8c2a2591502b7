/** get() with the emulator: signatures, accounts, extensions, refusals. */
import { describe, expect, test } from 'vitest';
import { concat, fromBase64url, toBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { sha256, verifySignature } from '#protocol/crypto.ts';
import { create } from './create.ts';
import { type PublicKeyCredentialRequestOptionsJSON, parseRequestOptions } from './credential-options.ts';
import { get, requestAssertion } from './get.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  origin,
  rpId,
} from './testing/test-client.ts';

const request = (changes: Partial<PublicKeyCredentialRequestOptionsJSON> = {}) => ({
  challenge: 'AAAA',
  rpId,
  ...changes,
});
const allow = (id: string) => [{ type: 'public-key', id }];
const text = (base64url: string) => new TextDecoder().decode(fromBase64url(base64url));

test('get() returns an assertion that verifies with the public key of the credential', async () => {
  const { device } = createEmulatedKey();
  const client = () => createTestClient([asSecurityKey(device)]).context;
  const { id, response } = await create(creationOptions(), client());
  const { credentialPublicKey } = parseAuthenticatorData(fromBase64url(response.authenticatorData));
  const assertion = await get(request({ allowCredentials: allow(id) }), {
    ...client(),
    crossOrigin: true,
    topOrigin: 'https://top.example',
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = assertion.response;
  const signed = concat(fromBase64url(authenticatorData), sha256(fromBase64url(clientDataJSON)));
  expect(verifySignature(defined(credentialPublicKey), signed, fromBase64url(signature))).toBe(true);
  expect(text(clientDataJSON)).toBe(
    `{"type":"webauthn.get","challenge":"AAAA","origin":"${origin}","crossOrigin":true,"topOrigin":"https://top.example"}`,
  );
  expect(assertion).toMatchObject({ id, rawId: id, type: 'public-key', authenticatorAttachment: 'cross-platform' });
  expect(userHandle).toBeUndefined();
});

test('requestAssertion() returns the assertion in binary form', async () => {
  const { device } = createEmulatedKey();
  const client = () => createTestClient([asSecurityKey(device)]).context;
  const { id } = await create(creationOptions(), client());
  const assertion = await requestAssertion(parseRequestOptions(request({ allowCredentials: allow(id) })), client());
  expect(toBase64url(assertion.id)).toBe(id);
  expect(assertion.userHandle).toBeUndefined();
});

describe('get() without an allow list', () => {
  async function createClientWithAccounts(...names: string[]) {
    const { device } = createEmulatedKey({ pin: '1234' });
    const client = (user = {}) => createTestClient([asSecurityKey(device)], { pin: '1234' }, user);
    for (const [index, name] of names.entries()) {
      const user = { id: toBase64url(new Uint8Array([index])), name, displayName: name };
      await create(creationOptions({ user, authenticatorSelection: { residentKey: 'required' } }), client().context);
    }
    return client;
  }

  test('uses the only discoverable credential without a prompt', async () => {
    const { context, asked } = (await createClientWithAccounts('alice'))();
    expect((await get(request(), context)).response.userHandle).toBe('AA');
    expect(asked).toEqual(['pin enter 8', 'touch sign-in']);
  });

  test('lets the user choose among several accounts', async () => {
    const client = await createClientWithAccounts('alice', 'bob', 'carol');
    const { context, asked } = client({
      chooseAccount: async (accounts: { name: string; credentialId: Uint8Array }[]) =>
        defined(accounts.find(({ name }) => name === 'bob')).credentialId,
    });
    expect((await get(request(), context)).response.userHandle).toBe('AQ');
    expect(asked.at(-1)).toBe('account carol,bob,alice');
  });

  test('fails as not recognised after a touch when there is no credential', async () => {
    const { context, asked, informed } = (await createClientWithAccounts())();
    expect(await catchRejection(get(request(), context))).toMatchObject({ name: 'NotAllowedError' });
    expect(asked).toContain('touch sign-in');
    expect(informed).toEqual(['not-recognised']);
  });
});

describe('prf extension in get()', () => {
  async function createCredentialWith(extensions: object) {
    const { device } = createEmulatedKey({ persona: 'touchstone-key', pin: '1234' });
    const client = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const { id } = await create(creationOptions({ extensions }), client().context);
    return { id, client };
  }
  const results = async (context: Parameters<typeof get>[1], id: string, prf: object) =>
    (await get(request({ allowCredentials: allow(id), extensions: { prf } }), context)).clientExtensionResults;

  test('returns the same output for the same input, and requires user verification', async () => {
    const { id, client } = await createCredentialWith({ prf: {} });
    const { context, asked } = client();
    const both = await results(context, id, { eval: { first: 'AAAA', second: 'BBBB' } });
    expect(both).toEqual({
      prf: { results: { first: expect.stringMatching(/^.{43}$/), second: expect.stringMatching(/^.{43}$/) } },
    });
    expect(asked[0]).toBe('pin enter 8');
    const { first, second } = (both as { prf: { results: { first: string; second: string } } }).prf.results;
    expect(first).not.toBe(second);
    expect(await results(client().context, id, { eval: { first: 'BBBB' } })).toEqual({
      prf: { results: { first: second } },
    });
    const prfInputs = { eval: { first: 'CCCC' }, evalByCredential: { [id]: { first: 'AAAA' } } };
    expect(await results(client().context, id, prfInputs)).toEqual({ prf: { results: { first } } });
  });

  test('uses the salt of section 10.1.4: hmacGetSecret with that salt returns the same', async () => {
    const { id, client } = await createCredentialWith({ hmacCreateSecret: true });
    const salt1 = toBase64url(sha256(concat(new TextEncoder().encode('WebAuthn PRF\0'), fromBase64url('AAAA'))));
    const options = request({
      allowCredentials: allow(id),
      userVerification: 'required',
      extensions: { hmacGetSecret: { salt1 } },
    });
    const { clientExtensionResults } = await get(options, client().context);
    const evaluated = await results(client().context, id, { eval: { first: 'AAAA' } });
    expect(evaluated).toEqual({
      prf: { results: { first: (clientExtensionResults.hmacGetSecret as { output1: string }).output1 } },
    });
  });

  test.each([
    [
      'evalByCredential without a list',
      { prf: { evalByCredential: { AAAA: { first: 'AA' } } } },
      [],
      'NotSupportedError',
    ],
    [
      'evalByCredential for a credential outside the list',
      { prf: { evalByCredential: { AAAA: { first: 'AA' } } } },
      allow('BBBB'),
      'SyntaxError',
    ],
    ['a value without first', { prf: { eval: {} } }, [], 'TypeError'],
    ['prf beside hmacGetSecret', { prf: {}, hmacGetSecret: { salt1: 'AA' } }, [], 'NotSupportedError'],
    ['a salt of another length', { hmacGetSecret: { salt1: 'AA' } }, [], 'TypeError'],
  ])('refuses %s with %s', async (_case, extensions, allowCredentials, name) => {
    const { context, asked } = createTestClient([asSecurityKey(createEmulatedKey().device)]);
    expect(await catchRejection(get(request({ extensions, allowCredentials }), context))).toMatchObject({ name });
    expect(asked).toEqual([]);
  });
});

test.each([
  ['a challenge that is not a string', { challenge: 5 as never }, 'TypeError'],
  ['an RP ID of another site', { rpId: 'example.org' }, 'SecurityError'],
])('get() refuses %s with %s', async (_case, changes, name) => {
  expect(await catchRejection(get(request(changes), createTestClient([]).context))).toMatchObject({ name });
});
