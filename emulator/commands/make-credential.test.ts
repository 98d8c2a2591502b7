import { describe, expect, it } from 'vitest';
import { concat, utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { type CommandRequest, commands } from '#protocol/commands.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { type AuthenticatorOptions, createAuthenticator, denyTouch, ManualGestures, personas } from '../index.ts';
import { clientDataHash, makeCredentialRequest, rpId, TestPlatform } from '../testing/test-platform.ts';

type Request = CommandRequest<'authenticatorMakeCredential'>;
const platformFor = (options: Partial<AuthenticatorOptions> = {}) =>
  new TestPlatform(createAuthenticator({ persona: 'touchstone-key', ...options }));
const encoded = () => commands.authenticatorMakeCredential.request.encode(makeCredentialRequest());
const edited = (edit: (map: CborMap) => void): CborMap => {
  const map = encoded();
  edit(map);
  return map;
};

describe('a registration', () => {
  it('returns a packed attestation with the flags UP and AT and a sign counter', async () => {
    const { status, response } = await platformFor().makeCredential();
    expect(status).toBe('CTAP2_OK');
    expect(response.fmt).toBe('packed');
    const authData = parseAuthenticatorData(response.authData);
    expect(authData.flags).toBe(flag.UP | flag.AT);
    expect(authData.signCount).toBe(1);
    expect(response.attStmt.get('x5c')).toHaveLength(2);
  });

  it('with packed self attestation is signed by the credential key; the counter increases', async () => {
    const platform = platformFor({ attestation: 'packed-self' });
    for (const signCount of [1, 2]) {
      const { response } = await platform.makeCredential();
      const authData = parseAuthenticatorData(response.authData);
      const sig = response.attStmt.get('sig') as Uint8Array;
      const key = authData.credentialPublicKey as CborMap;
      expect(authData.signCount).toBe(signCount);
      expect(verifySignature(key, concat(response.authData, clientDataHash), sig)).toBe(true);
    }
  });

  it('uses the first algorithm of the request that the authenticator supports', async () => {
    const pubKeyCredParams = [-257, -8, -7].map((alg) => ({ type: 'public-key', alg }));
    const { response } = await platformFor({ attestation: 'packed-self' }).makeCredential({ pubKeyCredParams });
    const { credentialPublicKey } = parseAuthenticatorData(response.authData);
    expect(credentialPublicKey?.get(3)).toBe(-8);
  });

  it('with up: false is possible on a credential manager, without a gesture and without user verification', async () => {
    const gestures = new ManualGestures();
    const manager = platformFor({ persona: 'google-password-manager', gestures });
    const request = { options: { rk: true, up: false } };
    const { status, response } = await manager.makeCredential(request);
    expect(status).toBe('CTAP2_OK');
    const { flags, attestedCredentialData } = parseAuthenticatorData(response.authData);
    expect(flags & (flag.UP | flag.UV)).toBe(0);
    const excludeList = [{ id: defined(attestedCredentialData).credentialId, type: 'public-key' }];
    expect((await manager.makeCredential({ ...request, excludeList })).status).toBe('CTAP2_ERR_CREDENTIAL_EXCLUDED');
    const other = platformFor({ persona: 'windows-hello-hardware', gestures });
    expect((await other.makeCredential(request)).status).toBe('CTAP2_ERR_INVALID_OPTION');
  });

  it('replaces the discoverable credential of the same account', async () => {
    const platform = platformFor();
    const first = await platform.makeCredential({ options: { rk: true } });
    const second = await platform.makeCredential({ options: { rk: true } });
    const ids = platform.authenticator.inspect().credentials.map(({ credentialId }) => credentialId);
    expect(ids).toEqual([parseAuthenticatorData(second.response.authData).attestedCredentialData?.credentialId]);
    const allowList = [
      {
        id: defined(parseAuthenticatorData(first.response.authData).attestedCredentialData).credentialId,
        type: 'public-key',
      },
    ];
    expect((await platform.getAssertion({ allowList })).status).toBe('CTAP2_ERR_NO_CREDENTIALS');
  });
});

describe('errors', () => {
  const key = 'touchstone-key';
  const pinned = { persona: key, pin: '1234' } as const;
  const withChanges = (changes: Partial<Request>) =>
    commands.authenticatorMakeCredential.request.encode(makeCredentialRequest(changes));
  const cases: [
    title: string,
    status: string,
    parameters: CborValue | undefined,
    options?: Partial<AuthenticatorOptions>,
  ][] = [
    ['no parameters', 'CTAP2_ERR_MISSING_PARAMETER', undefined],
    ['parameters that are not a map', 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE', [1]],
    ['clientDataHash missing', 'CTAP2_ERR_MISSING_PARAMETER', edited((map) => map.delete(1))],
    ['clientDataHash of 31 bytes', 'CTAP1_ERR_INVALID_LENGTH', edited((map) => map.set(1, new Uint8Array(31)))],
    ['rp missing', 'CTAP2_ERR_MISSING_PARAMETER', edited((map) => map.delete(2))],
    ['rp without id', 'CTAP2_ERR_MISSING_PARAMETER', edited((map) => map.set(2, new Map()))],
    ['user that is text', 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE', edited((map) => map.set(3, 'alice'))],
    ['pubKeyCredParams missing', 'CTAP2_ERR_MISSING_PARAMETER', edited((map) => map.delete(4))],
    ['pubKeyCredParams empty', 'CTAP2_ERR_UNSUPPORTED_ALGORITHM', withChanges({ pubKeyCredParams: [] })],
    [
      'an unknown algorithm',
      'CTAP2_ERR_UNSUPPORTED_ALGORITHM',
      withChanges({ pubKeyCredParams: [{ type: 'public-key', alg: -65535 }] }),
    ],
    [
      'a known algorithm of another type',
      'CTAP2_ERR_UNSUPPORTED_ALGORITHM',
      withChanges({ pubKeyCredParams: [{ type: 'private', alg: -7 }] }),
    ],
    [
      'a malformed entry after a match',
      'CTAP2_ERR_MISSING_PARAMETER',
      edited((map) =>
        map.set(4, [
          new Map<string, CborValue>([
            ['alg', -7],
            ['type', 'public-key'],
          ]),
          new Map([['alg', -7]]),
        ]),
      ),
    ],
    ['up: false', 'CTAP2_ERR_INVALID_OPTION', withChanges({ options: { up: false } })],
    ['uv without a sensor', 'CTAP2_ERR_INVALID_OPTION', withChanges({ options: { uv: true } })],
    [
      'rk for a persona without it',
      'CTAP2_ERR_UNSUPPORTED_OPTION',
      withChanges({ options: { rk: true } }),
      { persona: { ...personas[key], options: { rk: false } } },
    ],
    ['enterprise attestation', 'CTAP1_ERR_INVALID_PARAMETER', withChanges({ enterpriseAttestation: 1 })],
    [
      'pinUvAuthParam without protocol',
      'CTAP2_ERR_MISSING_PARAMETER',
      withChanges({ pinUvAuthParam: new Uint8Array(32) }),
    ],
    [
      'pinUvAuthParam of an unknown protocol',
      'CTAP1_ERR_INVALID_PARAMETER',
      withChanges({ pinUvAuthParam: new Uint8Array(32), pinUvAuthProtocol: 3 }),
    ],
    ['empty pinUvAuthParam without a PIN', 'CTAP2_ERR_PIN_NOT_SET', withChanges({ pinUvAuthParam: new Uint8Array(0) })],
    [
      'empty pinUvAuthParam with a PIN',
      'CTAP2_ERR_PIN_INVALID',
      withChanges({ pinUvAuthParam: new Uint8Array(0) }),
      pinned,
    ],
    [
      'an empty pinUvAuthParam and a declined gesture',
      'CTAP2_ERR_OPERATION_DENIED',
      withChanges({ pinUvAuthParam: new Uint8Array(0) }),
      { gestures: denyTouch },
    ],
    [
      'a wrong pinUvAuthParam',
      'CTAP2_ERR_PIN_AUTH_INVALID',
      withChanges({ pinUvAuthParam: new Uint8Array(32), pinUvAuthProtocol: 2 }),
      pinned,
    ],
    ['rk without the PIN', 'CTAP2_ERR_PUAT_REQUIRED', withChanges({ options: { rk: true } }), pinned],
    [
      'no PIN token without makeCredUvNotRqd',
      'CTAP2_ERR_PUAT_REQUIRED',
      withChanges({}),
      { persona: 'yubikey-5-nfc', pin: '1234' },
    ],
    [
      'no user verification on a platform authenticator',
      'CTAP2_ERR_OPERATION_DENIED',
      withChanges({}),
      { persona: 'apple-passwords' },
    ],
    ['a declined gesture', 'CTAP2_ERR_OPERATION_DENIED', withChanges({}), { gestures: denyTouch }],
    [
      'no free space for a credential',
      'CTAP2_ERR_KEY_STORE_FULL',
      withChanges({ options: { rk: true } }),
      { credentialCapacity: 0 },
    ],
    ['credProtect 4', 'CTAP2_ERR_INVALID_OPTION', withChanges({ extensions: { credProtect: 4 } })],
    ['credProtect as text', 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE', withChanges({ extensions: { credProtect: 'high' } })],
    [
      'an excludeList that is too long',
      'CTAP2_ERR_LIMIT_EXCEEDED',
      withChanges({ excludeList: Array.from({ length: 17 }, () => ({ id: new Uint8Array(1), type: 'public-key' })) }),
    ],
  ];
  it.each(cases)('a request with %s answers %s and changes nothing', async (_title, status, parameters, options) => {
    const platform = platformFor(options);
    const before = platform.authenticator.inspect();
    expect(await platform.sendRaw('authenticatorMakeCredential', parameters)).toBe(status);
    expect(platform.authenticator.inspect()).toEqual(before);
  });

  it('a protected authenticator with makeCredUvNotRqd creates a non-discoverable credential without user verification', async () => {
    expect((await platformFor(pinned).makeCredential()).status).toBe('CTAP2_OK');
  });
});

describe('excludeList', () => {
  const descriptorOf = (authData: Uint8Array) => ({
    id: defined(parseAuthenticatorData(authData).attestedCredentialData).credentialId,
    type: 'public-key',
  });

  it.each([{ rk: true }, { rk: false }])(
    'matches a credential created with %o, for its relying party only',
    async (options) => {
      const platform = platformFor();
      const { response } = await platform.makeCredential({ options });
      const excludeList = [descriptorOf(response.authData)];
      expect((await platform.makeCredential({ excludeList })).status).toBe('CTAP2_ERR_CREDENTIAL_EXCLUDED');
      expect((await platform.makeCredential({ excludeList, rp: { id: 'other.example' } })).status).toBe('CTAP2_OK');
      const { status } = await platformFor().makeCredential({ excludeList });
      expect(status, 'another authenticator').toBe('CTAP2_OK');
    },
  );

  it('matches a credential with credProtect 3 only for a verified user', async () => {
    const platform = platformFor({ pin: '1234' });
    const { response } = await platform.makeCredential({ extensions: { credProtect: 3 } });
    const excludeList = [descriptorOf(response.authData)];
    expect((await platform.makeCredential({ excludeList })).status).toBe('CTAP2_OK');
    const { token } = await platform.pinToken(2, '1234', { permissions: 1, rpId });
    const proof = platform.pinUvAuth(2, defined(token));
    expect((await platform.makeCredential({ excludeList, ...proof })).status).toBe('CTAP2_ERR_CREDENTIAL_EXCLUDED');
  });

  it('answers the same if the gesture is declined', async () => {
    const gestures = new ManualGestures();
    const platform = platformFor({ gestures });
    gestures.touch();
    const { response } = await platform.makeCredential();
    gestures.deny();
    const excludeList = [descriptorOf(response.authData)];
    expect((await platform.makeCredential({ excludeList })).status).toBe('CTAP2_ERR_CREDENTIAL_EXCLUDED');
  });
});

it('stores names unchanged, also with characters outside ASCII', async () => {
  const platform = platformFor();
  await platform.makeCredential({ options: { rk: true }, user: { id: utf8('ü'), name: 'Zoë 🔑' } });
  expect(platform.authenticator.inspect().credentials[0]).toMatchObject({
    rpId,
    userName: 'Zoë 🔑',
    discoverable: true,
  });
});
