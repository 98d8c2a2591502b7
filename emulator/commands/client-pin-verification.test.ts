/** The status of every subcommand of clientPIN in every state of PIN and fingerprint. */
import { describe, expect, it } from 'vitest';
import type { ClientPinSubCommand } from '#protocol/commands.ts';
import { type ManagementPlatform, pin } from '../testing/management-platform.ts';
import { createInState, type Expectation, parseGrid } from '../testing/verification-states.ts';

const legend = {
  ok: ['CTAP2_OK', '6.5.5'],
  isSet: ['CTAP2_ERR_PIN_AUTH_INVALID', '6.5.5.5 step 3'],
  notSet: ['CTAP2_ERR_PIN_NOT_SET', '8.2'],
  blocked: ['CTAP2_ERR_PIN_BLOCKED', '6.5.5.6 step 3, 6.5.5.7.1 step 5, 6.5.5.7.2 step 5'],
  noUv: ['CTAP2_ERR_NOT_ALLOWED', '6.5.5.7.3 step 5'],
  uvBlocked: ['CTAP2_ERR_UV_BLOCKED', '6.5.5.7.3 step 7'],
} satisfies Record<string, Expectation>;

const grant = { permissions: 0x01, rpId: 'example.com' };
const subCommands = {
  getPINRetries: (platform) => platform.clientPin('getPINRetries'),
  getUVRetries: (platform) => platform.clientPin('getUVRetries'),
  getKeyAgreement: (platform) => platform.clientPin('getKeyAgreement', { pinUvAuthProtocol: 2 }),
  setPIN: async (platform) => ({ status: await platform.setPin(2, '971364') }),
  changePIN: async (platform) => ({ status: await platform.changePin(2, pin, '971364') }),
  getPinToken: (platform) => platform.pinToken(2, pin),
  getPinUvAuthTokenUsingPinWithPermissions: (platform) => platform.pinToken(2, pin, grant),
  async getPinUvAuthTokenUsingUvWithPermissions(platform) {
    const { keyAgreement } = await platform.agreeOnSecret(2);
    const request = { pinUvAuthProtocol: 2, keyAgreement, ...grant };
    return platform.clientPin('getPinUvAuthTokenUsingUvWithPermissions', request);
  },
} satisfies Record<ClientPinSubCommand, (platform: ManagementPlatform) => Promise<{ status: string }>>;

// The columns are in the order of `subCommands`.
const grid = `
  no PIN / no finger:            ok ok ok  ok     notSet   notSet   notSet   noUv
  no PIN / finger:               ok ok ok  ok     notSet   notSet   notSet   ok
  no PIN / fingers used up:      ok ok ok  ok     notSet   notSet   notSet   uvBlocked
  PIN / no finger:               ok ok ok  isSet  ok       ok       ok       noUv
  PIN / finger:                  ok ok ok  isSet  ok       ok       ok       ok
  PIN / fingers used up:         ok ok ok  isSet  ok       ok       ok       uvBlocked
  PIN blocked / no finger:       ok ok ok  isSet  blocked  blocked  blocked  noUv
  PIN blocked / finger:          ok ok ok  isSet  blocked  blocked  blocked  uvBlocked
  PIN blocked / fingers used up: ok ok ok  isSet  blocked  blocked  blocked  uvBlocked`;

describe('clientPIN', () => {
  const columns = Object.keys(subCommands) as ClientPinSubCommand[];
  it.each(parseGrid(grid, columns, legend))('%s', async (_title, { state, column, expected: [status] }) => {
    const { platform } = await createInState({}, state, 'absent');
    expect((await subCommands[column](platform)).status).toBe(status);
  });
});

describe('getUVRetries (6.5.5.3)', () => {
  it.each([
    ['no PIN', 'finger', 5],
    ['no PIN', 'fingers used up', 0],
    ['PIN', 'finger', 5],
    ['PIN blocked', 'finger', 0],
  ] as const)(
    'reports for %s, %s: %i; a blocked PIN blocks fingers, too (6.5.2.2)',
    async (pinState, finger, uvRetries) => {
      const { platform } = await createInState({}, { pin: pinState, finger }, 'absent');
      expect((await platform.clientPin('getUVRetries')).response).toEqual({ uvRetries });
    },
  );
});
