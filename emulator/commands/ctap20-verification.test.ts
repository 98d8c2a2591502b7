/** The status of makeCredential and getAssertion of CTAP 2.0 in every state of PIN and fingerprint, with every kind of pinAuth. */
import { describe, expect, it } from 'vitest';
import { flag } from '#protocol/authenticator-data.ts';
import type { Persona } from '../index.ts';
import { personas } from '../personas/registry.ts';
import { clientDataHash } from '../testing/test-platform.ts';
import { createInState, type Expectation, parseParamGrid } from '../testing/verification-states.ts';

const ctap20: Persona = {
  ...personas['touchstone-complete'],
  versions: ['FIDO_2_0'],
  options: { rk: true, clientPin: false },
};

interface Path {
  options?: Record<string, boolean>;
  /** A line for each state: absent, empty, wrong, right, other. */
  grid: string;
}

const registrationLegend = {
  ok: ['CTAP2_OK', '5.1 step 11'],
  uv: ['CTAP2_OK, UV', '5.1 step 5.1'],
  notSet: ['CTAP2_ERR_PIN_NOT_SET', '5.5.8.1'],
  isSet: ['CTAP2_ERR_PIN_INVALID', '5.5.8.1'],
  invalid: ['CTAP2_ERR_PIN_AUTH_INVALID', '5.1 step 5.2'],
  option: ['CTAP2_ERR_UNSUPPORTED_OPTION', '5.1 step 3'],
  pin: ['CTAP2_ERR_PUAT_REQUIRED', '5.1 step 6'],
  denied: ['CTAP2_ERR_OPERATION_DENIED', '5.1 step 8'],
} satisfies Record<string, Expectation>;

const registrations: Record<string, Path> = {
  'a request': {
    grid: `
      no PIN / no finger:            ok       notSet  invalid  -   invalid
      no PIN / finger:               ok       notSet  invalid  -   invalid
      no PIN / fingers used up:      ok       notSet  invalid  -   invalid
      PIN / no finger:               pin      isSet   invalid  uv  invalid
      PIN / finger:                  pin      isSet   invalid  uv  invalid
      PIN / fingers used up:         pin      isSet   invalid  uv  invalid
      PIN blocked / no finger:       pin      isSet   invalid  -   invalid
      PIN blocked / finger:          pin      isSet   invalid  -   invalid
      PIN blocked / fingers used up: pin      isSet   invalid  -   invalid`,
  },
  'a request with uv': {
    options: { uv: true },
    grid: `
      no PIN / no finger:            option   notSet  option   -       option
      no PIN / finger:               uv       notSet  invalid  -       invalid
      no PIN / fingers used up:      denied   notSet  invalid  -       invalid
      PIN / no finger:               option   isSet   option   option  option
      PIN / finger:                  uv       isSet   invalid  uv      invalid
      PIN / fingers used up:         pin      isSet   invalid  uv      invalid
      PIN blocked / no finger:       option   isSet   option   -       option
      PIN blocked / finger:          pin      isSet   invalid  -       invalid
      PIN blocked / fingers used up: pin      isSet   invalid  -       invalid`,
  },
};

const assertionLegend = {
  ok: ['CTAP2_OK', '5.2 step 12'],
  uv: ['CTAP2_OK, UV', '5.2 steps 2 and 7'],
  notSet: ['CTAP2_ERR_PIN_NOT_SET', '5.5.8.2'],
  isSet: ['CTAP2_ERR_PIN_INVALID', '5.5.8.2'],
  invalid: ['CTAP2_ERR_PIN_AUTH_INVALID', '5.2 step 2'],
  option: ['CTAP2_ERR_UNSUPPORTED_OPTION', '5.2 step 5'],
  denied: ['CTAP2_ERR_OPERATION_DENIED', '5.2 step 7'],
} satisfies Record<string, Expectation>;

const assertions: Record<string, Path> = {
  'a request': {
    grid: `
      no PIN / no finger:            ok       notSet  invalid  -   invalid
      no PIN / finger:               ok       notSet  invalid  -   invalid
      no PIN / fingers used up:      ok       notSet  invalid  -   invalid
      PIN / no finger:               ok       isSet   invalid  uv  invalid
      PIN / finger:                  ok       isSet   invalid  uv  invalid
      PIN / fingers used up:         ok       isSet   invalid  uv  invalid
      PIN blocked / no finger:       ok       isSet   invalid  -   invalid
      PIN blocked / finger:          ok       isSet   invalid  -   invalid
      PIN blocked / fingers used up: ok       isSet   invalid  -   invalid`,
  },
  'a request with uv': {
    options: { uv: true },
    grid: `
      no PIN / no finger:            option   notSet  invalid  -       invalid
      no PIN / finger:               uv       notSet  invalid  -       invalid
      no PIN / fingers used up:      denied   notSet  invalid  -       invalid
      PIN / no finger:               option   isSet   invalid  option  invalid
      PIN / finger:                  uv       isSet   invalid  uv      invalid
      PIN / fingers used up:         denied   isSet   invalid  uv      invalid
      PIN blocked / no finger:       option   isSet   invalid  -       invalid
      PIN blocked / finger:          denied   isSet   invalid  -       invalid
      PIN blocked / fingers used up: denied   isSet   invalid  -       invalid`,
  },
};

const credential = {
  credentialId: new Uint8Array(32).fill(9),
  algorithm: 'ES256',
  secret: new Uint8Array(32).fill(1),
} as const;
const listed = [{ id: credential.credentialId, type: 'public-key' }];
const withUv = ({ status, response }: { status: string; response: { authData: Uint8Array } }) =>
  status === 'CTAP2_OK' && (response.authData[32] ?? 0) & flag.UV ? `${status}, UV` : status;
const pinAuthOf = (pinUvAuthParam: Uint8Array | undefined) =>
  pinUvAuthParam && { pinUvAuthParam, pinUvAuthProtocol: 2 };

describe.each(Object.entries(registrations))('makeCredential: %s', (_path, { options, grid }) => {
  it.each(parseParamGrid(grid, registrationLegend))('%s', async (_title, { state, column, expected: [status] }) => {
    const { platform, sign } = await createInState({ persona: ctap20 }, state, column);
    expect(withUv(await platform.makeCredential({ options, ...pinAuthOf(sign(clientDataHash)) }))).toBe(status);
  });
});

describe.each(Object.entries(assertions))('getAssertion: %s', (_path, { options, grid }) => {
  it.each(parseParamGrid(grid, assertionLegend))('%s', async (_title, { state, column, expected: [status] }) => {
    const { platform, sign } = await createInState({ persona: ctap20, credentials: [credential] }, state, column);
    const pinAuth = pinAuthOf(sign(clientDataHash));
    expect(withUv(await platform.getAssertion({ allowList: listed, options, ...pinAuth }))).toBe(status);
  });
});
