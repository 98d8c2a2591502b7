/** The status of getAssertion in every state of PIN and fingerprint, with every kind of pinUvAuthParam. */
import { describe, expect, it } from 'vitest';
import { flag } from '#protocol/authenticator-data.ts';
import { permissions } from '#protocol/commands.ts';
import type { Persona } from '../index.ts';
import { personas } from '../personas/registry.ts';
import { clientDataHash } from '../testing/test-platform.ts';
import { createInState, type Expectation, parseParamGrid } from '../testing/verification-states.ts';

const complete: Persona = personas['touchstone-complete'];
const withAlwaysUv: Persona = { ...complete, options: { ...complete.options, alwaysUv: true } };
/** A credential of the authenticator. */
const credential = {
  credentialId: new Uint8Array(32).fill(9),
  algorithm: 'ES256',
  secret: new Uint8Array(32).fill(1),
} as const;
const allowList = [{ id: credential.credentialId, type: 'public-key' }];

/** `ok` signs without user verification, `uv` with it. */
const legend = {
  ok: ['CTAP2_OK', '6.2.2 step 13'],
  uv: ['CTAP2_OK, UV', '6.2.2 step 6'],
  notSet: ['CTAP2_ERR_PIN_NOT_SET', '6.2.2 step 1.3'],
  isSet: ['CTAP2_ERR_PIN_INVALID', '6.2.2 step 1.3'],
  option: ['CTAP2_ERR_INVALID_OPTION', '6.2.2 step 4.3'],
  always: ['CTAP2_ERR_PUAT_REQUIRED', '6.2.2 step 5'],
  invalid: ['CTAP2_ERR_PIN_AUTH_INVALID', '6.2.2 step 6.1'],
  usePin: ['CTAP2_ERR_PUAT_REQUIRED', '6.2.2 step 6.2.3'],
  blocked: ['CTAP2_ERR_PIN_BLOCKED', '6.2.2 step 6.2.3'],
} satisfies Record<string, Expectation>;

const optionalVerification = `
  no PIN / no finger:            ok       notSet  ok       -   ok
  no PIN / finger:               ok       notSet  invalid  uv  invalid
  no PIN / fingers used up:      ok       notSet  invalid  uv  invalid
  PIN / no finger:               ok       isSet   invalid  uv  invalid
  PIN / finger:                  ok       isSet   invalid  uv  invalid
  PIN / fingers used up:         ok       isSet   invalid  uv  invalid
  PIN blocked / no finger:       ok       isSet   invalid  -   invalid
  PIN blocked / finger:          ok       isSet   invalid  uv  invalid
  PIN blocked / fingers used up: ok       isSet   invalid  uv  invalid`;

interface Path {
  persona: Persona;
  options?: Record<string, boolean>;
  grid: string;
}

const paths: Record<string, Path> = {
  'a request': { persona: complete, grid: optionalVerification },
  'a request with up: false': { persona: complete, options: { up: false }, grid: optionalVerification },
  'a request with up: false, and alwaysUv': {
    persona: withAlwaysUv,
    options: { up: false },
    grid: optionalVerification,
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
  'a request with alwaysUv': {
    persona: withAlwaysUv,
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
};

describe.each(Object.entries(paths))('%s', (_path, { persona, options, grid }) => {
  it.each(parseParamGrid(grid, legend))('%s', async (_title, { state, column, expected: [status] }) => {
    const authenticator = { persona, credentials: [credential] };
    const { platform, sign } = await createInState(authenticator, state, column, permissions.ga);
    const pinUvAuthParam = sign(clientDataHash);
    const pinUvAuth = pinUvAuthParam && { pinUvAuthParam, pinUvAuthProtocol: 2 };
    const reply = await platform.getAssertion({ allowList, options, ...pinUvAuth });
    const isVerified = reply.status === 'CTAP2_OK' && (reply.response.authData[32] ?? 0) & flag.UV;
    expect(isVerified ? `${reply.status}, UV` : reply.status).toBe(status);
  });
});

it('uv sets the UP bit also with up: false (6.2.2 step 8): the finger is evidence of user interaction', async () => {
  const options = { persona: complete, credentials: [credential] };
  const { platform } = await createInState(options, { pin: 'no PIN', finger: 'finger' }, 'absent');
  const { response } = await platform.getAssertion({ allowList, options: { up: false, uv: true } });
  expect(response.authData[32]).toBe(flag.UP | flag.UV);
});
