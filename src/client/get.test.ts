/** get() against the emulator: signatures, accounts, extensions, refusals. */
import { describe, expect, test } from 'vitest';
import { concat, fromBase64url, toBase64url } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { sha256, verifySignature } from '#protocol/crypto.ts';
import { create } from './create.ts';
import { type PublicKeyCredentialRequestOptionsJSON, parseRequestOptions } from './credential-options.ts';
import { get, requestAssertion } from './get.ts';
import { creationOptions, createEmulatedKey, asSecurityKey, origin, rejection, rpId, createTestClient } from './testing/test-client.ts';

const request = (changes: Partial<PublicKeyCredentialRequestOptionsJSON> = {}) => ({
  challenge: 'AAAA',
  rpId,
  ...changes,
});
const allow = (id: string) => [{ type: 'public-key', id }];
const text = (base64url: string) => new TextDecoder().decode(fromBase64url(base64url));

test('an assertion is signed by the credential over what the page gets', async () => {
  const { device } = createEmulatedKey();
  const world = () => createTestClient([asSecurityKey(device)]).context;
  const { id, response } = await create(creationOptions(), world());
  const { credentialPublicKey } = parseAuthenticatorData(fromBase64url(response.authenticatorData));
  const assertion = await get(request({ allowCredentials: allow(id) }), {
    ...world(),
    crossOrigin: true,
    topOrigin: 'https://top.example',
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = assertion.response;
  const signed = concat(fromBase64url(authenticatorData), sha256(fromBase64url(clientDataJSON)));
  expect(verifySignature(credentialPublicKey!, signed, fromBase64url(signature))).toBe(true);
  expect(text(clientDataJSON)).toBe(
    `{"type":"webauthn.get","challenge":"AAAA","origin":"${origin}","crossOrigin":true,"topOrigin":"https://top.example"}`,
  );
  expect(assertion).toMatchObject({ id, rawId: id, type: 'public-key', authenticatorAttachment: 'cross-platform' });
  expect(userHandle).toBeUndefined();
});

test('the binary form has the same', async () => {
  const { device } = createEmulatedKey();
  const world = () => createTestClient([asSecurityKey(device)]).context;
  const { id } = await create(creationOptions(), world());
  const assertion = await requestAssertion(parseRequestOptions(request({ allowCredentials: allow(id) })), world());
  expect(toBase64url(assertion.id)).toBe(id);
  expect(assertion.userHandle).toBeUndefined();
});

describe('discoverable credentials', () => {
  async function withAccounts(...names: string[]) {
    const { device } = createEmulatedKey({ pin: '1234' });
    const world = (user = {}) => createTestClient([asSecurityKey(device)], { pin: '1234' }, user);
    for (const [index, name] of names.entries()) {
      const user = { id: toBase64url(new Uint8Array([index])), name, displayName: name };
      await create(creationOptions({ user, authenticatorSelection: { residentKey: 'required' } }), world().context);
    }
    return world;
  }

  test('one is used without a question', async () => {
    const { context, asked } = (await withAccounts('alice'))();
    expect((await get(request(), context)).response.userHandle).toBe('AA');
    expect(asked).toEqual(['pin enter 8', 'touch sign-in']);
  });

  test('of several the user chooses', async () => {
    const world = await withAccounts('alice', 'bob', 'carol');
    const { context, asked } = world({
      chooseAccount: async (accounts: { name: string; credentialId: Uint8Array }[]) =>
        accounts.find(({ name }) => name === 'bob')!.credentialId,
    });
    expect((await get(request(), context)).response.userHandle).toBe('AQ');
    expect(asked.at(-1)).toBe('account carol,bob,alice');
  });

  test('none: not recognised', async () => {
    const { context, asked, informed } = (await withAccounts())();
    expect(await rejection(get(request(), context))).toMatchObject({ name: 'NotAllowedError' });
    expect(asked).toContain('touch sign-in');
    expect(informed).toEqual(['not-recognised']);
  });
});

describe('the PRF', () => {
  async function withCredential(extensions: object) {
    const { device } = createEmulatedKey({ persona: 'touchstone-key', pin: '1234' });
    const world = () => createTestClient([asSecurityKey(device)], { pin: '1234' });
    const { id } = await create(creationOptions({ extensions }), world().context);
    return { id, world };
  }
  const results = async (context: Parameters<typeof get>[1], id: string, prf: object) =>
    (await get(request({ allowCredentials: allow(id), extensions: { prf } }), context)).clientExtensionResults;

  test('gives the same for the same, another for another, and demands verification', async () => {
    const { id, world } = await withCredential({ prf: {} });
    const { context, asked } = world();
    const both = await results(context, id, { eval: { first: 'AAAA', second: 'BBBB' } });
    expect(both).toEqual({
      prf: { results: { first: expect.stringMatching(/^.{43}$/), second: expect.stringMatching(/^.{43}$/) } },
    });
    expect(asked[0]).toBe('pin enter 8');
    const { first, second } = (both as { prf: { results: { first: string; second: string } } }).prf.results;
    expect(first).not.toBe(second);
    expect(await results(world().context, id, { eval: { first: 'BBBB' } })).toEqual({
      prf: { results: { first: second } },
    });
    const special = { eval: { first: 'CCCC' }, evalByCredential: { [id]: { first: 'AAAA' } } };
    expect(await results(world().context, id, special)).toEqual({ prf: { results: { first } } });
  });

  test('has the salt of section 10.1.4, so that hmacGetSecret with that salt agrees', async () => {
    const { id, world } = await withCredential({ hmacCreateSecret: true });
    const salt1 = toBase64url(sha256(concat(new TextEncoder().encode('WebAuthn PRF\0'), fromBase64url('AAAA'))));
    const options = request({
      allowCredentials: allow(id),
      userVerification: 'required',
      extensions: { hmacGetSecret: { salt1 } },
    });
    const { clientExtensionResults } = await get(options, world().context);
    const evaluated = await results(world().context, id, { eval: { first: 'AAAA' } });
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
      'evalByCredential for another',
      { prf: { evalByCredential: { AAAA: { first: 'AA' } } } },
      allow('BBBB'),
      'SyntaxError',
    ],
    ['a value without first', { prf: { eval: {} } }, [], 'TypeError'],
    ['prf beside hmacGetSecret', { prf: {}, hmacGetSecret: { salt1: 'AA' } }, [], 'NotSupportedError'],
    ['a salt of another length', { hmacGetSecret: { salt1: 'AA' } }, [], 'TypeError'],
  ])('%s: %s', async (_case, extensions, allowCredentials, name) => {
    const { context, asked } = createTestClient([asSecurityKey(createEmulatedKey().device)]);
    expect(await rejection(get(request({ extensions, allowCredentials }), context))).toMatchObject({ name });
    expect(asked).toEqual([]);
  });
});

test.each([
  ['a challenge that is no text', { challenge: 5 as never }, 'TypeError'],
  ['a foreign RP ID', { rpId: 'example.org' }, 'SecurityError'],
])('%s: %s', async (_case, changes, name) => {
  expect(await rejection(get(request(changes), createTestClient([]).context))).toMatchObject({ name });
});
