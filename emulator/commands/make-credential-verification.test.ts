/** The status of makeCredential in every state of PIN and fingerprint, with every kind of pinUvAuthParam. */
import { describe, expect, it } from 'vitest';
import { flag } from '#protocol/authenticator-data.ts';
import { permissions } from '#protocol/commands.ts';
import type { AuthenticatorOptions, Persona } from '../index.ts';
import { personas } from '../personas/registry.ts';
import { clientDataHash } from '../testing/test-platform.ts';
import { createInState, type Expectation, parseParamGrid } from '../testing/verification-states.ts';

const complete: Persona = personas['touchstone-complete'];
const withOptions = (changes: Partial<Persona['options']>): Persona => ({
  ...complete,
  options: { ...complete.options, ...changes },
});

interface Path {
  persona: Persona;
  options?: Record<string, boolean>;
  /** A line for each state: absent, empty, wrong, right, other. */
  grid: string;
}

/** `ok` creates a credential without user verification, `uv` with it. */
const legend = {
  ok: ['CTAP2_OK', '6.1.2 step 19'],
  uv: ['CTAP2_OK, UV', '6.1.2 step 11'],
  notSet: ['CTAP2_ERR_PIN_NOT_SET', '6.1.2 step 1.3'],
  isSet: ['CTAP2_ERR_PIN_INVALID', '6.1.2 step 1.3'],
  invalid: ['CTAP2_ERR_PIN_AUTH_INVALID', '6.1.2 step 11.1'],
  option: ['CTAP2_ERR_INVALID_OPTION', '6.1.2 step 5.3'],
  always: ['CTAP2_ERR_PUAT_REQUIRED', '6.1.2 step 6'],
  alwaysNo: ['CTAP2_ERR_OPERATION_DENIED', '6.1.2 step 6'],
  puat: ['CTAP2_ERR_PUAT_REQUIRED', '6.1.2 steps 7 and 8'],
  denied: ['CTAP2_ERR_OPERATION_DENIED', '6.1.2 steps 7 and 8'],
  usePin: ['CTAP2_ERR_PUAT_REQUIRED', '6.1.2 step 11.2.3'],
  blocked: ['CTAP2_ERR_PIN_BLOCKED', '6.1.2 step 11.2.3'],
  failed: ['CTAP2_ERR_OPERATION_DENIED', '6.1.2 step 11.2.3'],
} satisfies Record<string, Expectation>;

const needsVerification = `
  no PIN / no finger:            ok      notSet  ok       -   ok
  no PIN / finger:               denied  notSet  invalid  uv  invalid
  no PIN / fingers used up:      denied  notSet  invalid  uv  invalid
  PIN / no finger:               puat    isSet   invalid  uv  invalid
  PIN / finger:                  puat    isSet   invalid  uv  invalid
  PIN / fingers used up:         puat    isSet   invalid  uv  invalid
  PIN blocked / no finger:       puat    isSet   invalid  -   invalid
  PIN blocked / finger:          puat    isSet   invalid  uv  invalid
  PIN blocked / fingers used up: puat    isSet   invalid  uv  invalid`;

const paths: Record<string, Path> = {
  'a request with makeCredUvNotRqd': {
    persona: complete,
    grid: needsVerification.replace(/(?<=: +)(denied|puat)/g, 'ok'),
  },
  'a request without makeCredUvNotRqd': { persona: withOptions({ makeCredUvNotRqd: false }), grid: needsVerification },
  'a request with rk': { persona: complete, options: { rk: true }, grid: needsVerification },
  'a request with rk, and noMcGaPermissionsWithClientPin': {
    persona: withOptions({ noMcGaPermissionsWithClientPin: true }),
    options: { rk: true },
    grid: `
      no PIN / no finger:            ok      notSet  ok       -   ok
      no PIN / finger:               denied  notSet  invalid  uv  invalid
      no PIN / fingers used up:      denied  notSet  invalid  uv  invalid
      PIN / no finger:               denied  isSet   invalid  -   invalid
      PIN / finger:                  denied  isSet   invalid  -   invalid
      PIN / fingers used up:         denied  isSet   invalid  -   invalid
      PIN blocked / no finger:       denied  isSet   invalid  -   invalid
      PIN blocked / finger:          denied  isSet   invalid  uv  invalid
      PIN blocked / fingers used up: denied  isSet   invalid  uv  invalid`,
  },
  'a request with uv': {
    persona: complete,
    options: { uv: true },
    grid: `
      no PIN / no finger:            option   notSet  ok       -   ok
      no PIN / finger:               uv       notSet  invalid  uv  invalid
      no PIN / fingers used up:      blocked  notSet  invalid  uv  invalid
      PIN / no finger:               option   isSet   invalid  uv  invalid
      PIN / finger:                  uv       isSet   invalid  uv  invalid
      PIN / fingers used up:         usePin   isSet   invalid  uv  invalid
      PIN blocked / no finger:       option   isSet   invalid  -   invalid
      PIN blocked / finger:          usePin   isSet   invalid  uv  invalid
      PIN blocked / fingers used up: usePin   isSet   invalid  uv  invalid`,
  },
  'a request with uv, and noMcGaPermissionsWithClientPin': {
    persona: withOptions({ noMcGaPermissionsWithClientPin: true }),
    options: { uv: true },
    grid: `
      no PIN / no finger:            option   notSet  ok       -   ok
      no PIN / finger:               uv       notSet  invalid  uv  invalid
      no PIN / fingers used up:      blocked  notSet  invalid  uv  invalid
      PIN / no finger:               option   isSet   invalid  -   invalid
      PIN / finger:                  uv       isSet   invalid  -   invalid
      PIN / fingers used up:         blocked  isSet   invalid  -   invalid
      PIN blocked / no finger:       option   isSet   invalid  -   invalid
      PIN blocked / finger:          blocked  isSet   invalid  uv  invalid
      PIN blocked / fingers used up: blocked  isSet   invalid  uv  invalid`,
  },
  'a request with alwaysUv': {
    persona: withOptions({ alwaysUv: true }),
    grid: `
      no PIN / no finger:            always   notSet  always   -   always
      no PIN / finger:               uv       notSet  invalid  uv  invalid
      no PIN / fingers used up:      blocked  notSet  invalid  uv  invalid
      PIN / no finger:               always   isSet   invalid  uv  invalid
      PIN / finger:                  uv       isSet   invalid  uv  invalid
      PIN / fingers used up:         usePin   isSet   invalid  uv  invalid
      PIN blocked / no finger:       always   isSet   invalid  -   invalid
      PIN blocked / finger:          usePin   isSet   invalid  uv  invalid
      PIN blocked / fingers used up: usePin   isSet   invalid  uv  invalid`,
  },
  'a request with alwaysUv, and noMcGaPermissionsWithClientPin': {
    persona: withOptions({ alwaysUv: true, noMcGaPermissionsWithClientPin: true }),
    grid: `
      no PIN / no finger:            alwaysNo notSet  alwaysNo -   alwaysNo
      no PIN / finger:               uv       notSet  invalid  uv  invalid
      no PIN / fingers used up:      blocked  notSet  invalid  uv  invalid
      PIN / no finger:               alwaysNo isSet   invalid  -   invalid
      PIN / finger:                  uv       isSet   invalid  -   invalid
      PIN / fingers used up:         blocked  isSet   invalid  -   invalid
      PIN blocked / no finger:       alwaysNo isSet   invalid  -   invalid
      PIN blocked / finger:          blocked  isSet   invalid  uv  invalid
      PIN blocked / fingers used up: blocked  isSet   invalid  uv  invalid`,
  },
};

describe.each(Object.entries(paths))('%s', (_path, { persona, options, grid }) => {
  it.each(parseParamGrid(grid, legend))('%s', async (_title, { state, column, expected: [status] }) => {
    const { platform, sign } = await createInState({ persona }, state, column, permissions.mc);
    expect(await register(platform, sign(clientDataHash), options)).toBe(status);
  });
});

type Platform = Awaited<ReturnType<typeof createInState>>['platform'];

/** Returns the status, and `UV` if the response says that the user was verified. */
async function register(platform: Platform, pinUvAuthParam: Uint8Array | undefined, options = {}): Promise<string> {
  const pinUvAuth = pinUvAuthParam && { pinUvAuthParam, pinUvAuthProtocol: 2 };
  const { status, response } = await platform.makeCredential({ options, ...pinUvAuth });
  return status === 'CTAP2_OK' && (response.authData[32] ?? 0) & flag.UV ? `${status}, UV` : status;
}

it.each(['wrong', 'other'] as const)(
  'yubikey-bio without PIN and finger refuses a %s pinUvAuthParam: CTAP2_ERR_PUAT_REQUIRED (6.1.2 step 6.2, 6.2.2 step 5.1)',
  async (param) => {
    const { platform, sign } = await createInState(
      { persona: 'yubikey-bio' },
      { pin: 'no PIN', finger: 'no finger' },
      param,
      permissions.mc,
    );
    const pinUvAuth = { pinUvAuthProtocol: 2, pinUvAuthParam: sign(clientDataHash) };
    expect((await platform.makeCredential(pinUvAuth)).status).toBe('CTAP2_ERR_PUAT_REQUIRED');
    expect((await platform.getAssertion(pinUvAuth)).status).toBe('CTAP2_ERR_PUAT_REQUIRED');
  },
);

/** Without PIN and token there is no touch for an empty pinUvAuthParam, and step 2 gives the status. */
describe('an authenticator without PIN support', () => {
  const platform: AuthenticatorOptions['persona'] = 'windows-hello-hardware';
  const { clientPin: _none, pinUvAuthToken: _noToken, ...withoutPin } = complete.options;
  const alwaysUv: Persona = { ...complete, options: { ...withoutPin, alwaysUv: true }, pinUvAuthProtocols: [] };
  const chromium: AuthenticatorOptions['persona'] = 'chromium-virtual';
  it.each([
    [
      'an empty pinUvAuthParam on a platform authenticator',
      platform,
      {},
      2,
      'CTAP1_ERR_INVALID_PARAMETER',
      '6.1.2 step 2.1',
    ],
    [
      'an empty pinUvAuthParam without protocol',
      platform,
      {},
      undefined,
      'CTAP2_ERR_MISSING_PARAMETER',
      '6.1.2 step 2.2',
    ],
    [
      'an empty pinUvAuthParam on a CTAP 2.0 authenticator',
      chromium,
      {},
      1,
      'CTAP2_ERR_PIN_AUTH_INVALID',
      'CTAP 2.0, 5.1 step 7',
    ],
    [
      'an empty pinUvAuthParam and no finger',
      alwaysUv,
      { uvEnrolled: false },
      2,
      'CTAP1_ERR_INVALID_PARAMETER',
      '6.1.2 step 2.1',
    ],
  ] as const)(
    'answers %s with $4 ($5), without a touch',
    async (_title, persona, options, pinUvAuthProtocol, status, _clause) => {
      const asked: string[] = [];
      const gestures = {
        respond: ({ kind }: { kind: string }) => {
          asked.push(kind);
          return 'granted' as const;
        },
      };
      const { platform } = await createInState(
        { persona, gestures, ...options },
        { pin: 'no PIN', finger: 'finger' },
        'absent',
      );
      const reply = await platform.makeCredential({ pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol });
      expect([reply.status, asked]).toEqual([status, []]);
    },
  );

  it('refuses every request with alwaysUv and no finger: CTAP2_ERR_OPERATION_DENIED (6.1.2 step 6.2.2)', async () => {
    const { platform } = await createInState({ persona: alwaysUv }, { pin: 'no PIN', finger: 'no finger' }, 'absent');
    expect((await platform.makeCredential()).status).toBe('CTAP2_ERR_OPERATION_DENIED');
  });
});
