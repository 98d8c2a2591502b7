/** Rules of CTAP 2.0 (sections 5.1, 5.2 and 5.5) that CTAP 2.1 has changed. */
import { describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { clientPinSubCommands } from '#protocol/commands.ts';
import { type AuthenticatorOptions, createAuthenticator, type GestureOutcome, type PersonaId } from '../index.ts';
import { TestPlatform } from '../testing/test-platform.ts';

const pin = '1234';

/** A platform, and the kinds of gestures that the authenticator has requested. */
function createPlatform(options: Partial<AuthenticatorOptions> = {}, outcome: GestureOutcome = 'granted') {
  const asked: string[] = [];
  const respond = ({ kind }: { kind: string }) => {
    asked.push(kind);
    return outcome;
  };
  const authenticator = createAuthenticator({ persona: 'security-key', gestures: { respond }, ...options });
  return { platform: new TestPlatform(authenticator), asked };
}

async function registerAndDescribe(
  platform: TestPlatform,
  changes: Parameters<TestPlatform['makeCredential']>[0] = {},
) {
  const { response } = await platform.makeCredential(changes);
  const { credentialId } = defined(parseAuthenticatorData(response.authData).attestedCredentialData);
  return { id: credentialId, type: 'public-key' };
}

const ctap20Personas: PersonaId[] = [
  'solo',
  'yubikey-5-firmware-51',
  'security-key',
  'google-titan-v2',
  'feitian-epass',
];
const wrongPinAuth = { pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol: 1 };

describe.each(ctap20Personas)('persona %s', (persona) => {
  it('refuses a pinAuth while no PIN is set: CTAP2_ERR_PIN_AUTH_INVALID (5.1 step 5, 5.2 step 2)', async () => {
    const { platform, asked } = createPlatform({ persona });
    expect((await platform.makeCredential(wrongPinAuth)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect((await platform.getAssertion(wrongPinAuth)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect(asked).toEqual([]);
  });

  it.each(Object.entries(clientPinSubCommands))(
    'refuses %s without pinProtocol: CTAP2_ERR_MISSING_PARAMETER (5.5)',
    async (_name, subCommand) => {
      const { platform } = createPlatform({ persona, pin });
      expect((await platform.send('authenticatorClientPIN', { subCommand })).status).toBe(
        'CTAP2_ERR_MISSING_PARAMETER',
      );
    },
  );

  it.each([true, false])('refuses getAssertion with rk: %s: CTAP2_ERR_INVALID_OPTION (5.2 step 5)', async (rk) => {
    const { platform, asked } = createPlatform({ persona });
    expect((await platform.getAssertion({ options: { rk } })).status).toBe('CTAP2_ERR_INVALID_OPTION');
    expect(asked).toEqual([]);
  });

  it.each([true, false])('refuses makeCredential with up: %s: CTAP2_ERR_INVALID_OPTION (5.1 step 3)', async (up) => {
    const { platform } = createPlatform({ persona });
    expect((await platform.makeCredential({ options: { up } })).status).toBe('CTAP2_ERR_INVALID_OPTION');
  });
});

describe.each(['makeCredential', 'getAssertion'] as const)('%s with a pinAuth', (command) => {
  it.each([
    ['without pinProtocol', undefined],
    ['of an unsupported pinProtocol', 7],
  ])('%s answers CTAP2_ERR_PIN_AUTH_INVALID (5.1 step 7, 5.2 step 3)', async (_title, pinUvAuthProtocol) => {
    const { platform } = createPlatform({ pin });
    const reply = await platform[command]({ pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol });
    expect(reply.status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
  });
});

describe('an excluded credential', () => {
  const injected = {
    credentialId: new Uint8Array(32).fill(9),
    algorithm: 'ES256',
    secret: new Uint8Array(32).fill(1),
  } as const;
  const excludeList = [{ id: injected.credentialId, type: 'public-key' }];

  it.each([
    ['the PIN is required', {}],
    ['the algorithm is chosen', { pubKeyCredParams: [{ type: 'public-key', alg: -65535 }] }],
    ['options are processed', { options: { uv: true } }],
    ['the pinAuth is verified', wrongPinAuth],
  ])('is reported, after a touch, before %s (5.1 step 1)', async (_title, changes) => {
    const { platform, asked } = createPlatform({ pin, credentials: [injected] });
    expect((await platform.makeCredential({ excludeList, ...changes })).status).toBe('CTAP2_ERR_CREDENTIAL_EXCLUDED');
    expect(asked).toEqual(['presence']);
  });

  it('with credProtect 3 is reported only to a verified user', async () => {
    const { platform } = createPlatform({ persona: 'google-titan-v2', pin });
    const getProof = async () => platform.pinUvAuth(1, defined((await platform.pinToken(1, pin)).token));
    const excluded = await registerAndDescribe(platform, { extensions: { credProtect: 3 }, ...(await getProof()) });
    const request = { excludeList: [excluded] };
    expect((await platform.makeCredential(request)).status).toBe('CTAP2_ERR_PUAT_REQUIRED');
    expect((await platform.makeCredential({ ...request, ...(await getProof()) })).status).toBe(
      'CTAP2_ERR_CREDENTIAL_EXCLUDED',
    );
  });
});

describe('a missing credential', () => {
  it.each<[string, GestureOutcome, Record<string, boolean>, string, string[]]>([
    ['a touch', 'granted', {}, 'CTAP2_ERR_NO_CREDENTIALS', ['presence']],
    ['a declined touch', 'denied', {}, 'CTAP2_ERR_OPERATION_DENIED', ['presence']],
    ['up: false', 'denied', { up: false }, 'CTAP2_ERR_NO_CREDENTIALS', []],
  ])('with %s answers $3 (5.2 steps 7 and 8)', async (_title, outcome, options, status, gestures) => {
    const { platform, asked } = createPlatform({}, outcome);
    expect((await platform.getAssertion({ options })).status).toBe(status);
    expect(asked).toEqual(gestures);
  });
});

it('enterpriseAttestation, a parameter of CTAP 2.1, is ignored (section 6.1 of CTAP 2.1 adds it)', async () => {
  expect((await createPlatform().platform.makeCredential({ enterpriseAttestation: 1 })).status).toBe('CTAP2_OK');
});

describe('a new PIN', () => {
  const padded = (length: number) => {
    const bytes = new Uint8Array(length);
    bytes.set(utf8('12345'));
    return bytes;
  };
  it.each<[string, PersonaId, string | Uint8Array, string]>([
    ['one character of 4 bytes on CTAP 2.0 (5.5.1: 4 bytes)', 'security-key', '\u{1f511}', 'CTAP2_OK'],
    [
      'one character of 4 bytes on CTAP 2.1 (6.5.1: 4 code points)',
      'touchstone-key',
      '\u{1f511}',
      'CTAP2_ERR_PIN_POLICY_VIOLATION',
    ],
    ['3 bytes on CTAP 2.0', 'security-key', '123', 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
    ['padded to 80 bytes on CTAP 2.0 (5.5.5: minimum 64)', 'security-key', padded(80), 'CTAP2_OK'],
    ['padded to 80 bytes on CTAP 2.1 (6.5.5.5 step 7)', 'touchstone-key', padded(80), 'CTAP1_ERR_INVALID_PARAMETER'],
    [
      '64 bytes in 80 on CTAP 2.0 (5.5.1: at most 63)',
      'security-key',
      new Uint8Array(80).fill(0x31, 0, 64),
      'CTAP2_ERR_PIN_POLICY_VIOLATION',
    ],
  ])('%s answers $3', async (_title, persona, value, status) => {
    expect(await createPlatform({ persona }).platform.setPin(1, value)).toBe(status);
  });
});

it('the draft FIDO_2_1_PRE requires no protocol for getPINRetries, as CTAP 2.1', async () => {
  const { platform } = createPlatform({ persona: 'yubikey-5-nfc', pin });
  expect((await platform.clientPin('getPINRetries')).response.pinRetries).toBe(8);
});
