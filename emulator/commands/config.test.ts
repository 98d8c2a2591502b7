import { describe, expect, it } from 'vitest';
import { permissions } from '#protocol/commands.ts';
import { authenticatorConfigSubCommands } from '#protocol/management.ts';
import { ManagementPlatform, pin } from '../testing/management-platform.ts';

const { acfg, mc, cm } = permissions;

it.each([
  ['no token', undefined, 'CTAP2_ERR_PUAT_REQUIRED'],
  ['another permission', cm, 'CTAP2_ERR_PIN_AUTH_INVALID'],
  ['acfg', acfg, 'CTAP2_OK'],
])('toggleAlwaysUv with %s answers $2', async (_title, permission, status) => {
  const manager = ManagementPlatform.of();
  const token = permission === undefined ? undefined : await manager.token(permission);
  expect(await manager.config('toggleAlwaysUv', token)).toBe(status);
  expect((await manager.info()).options?.alwaysUv).toBe(status === 'CTAP2_OK');
});

it('an authenticator without PIN and fingerprint is configured without a token', async () => {
  const manager = ManagementPlatform.of({ pin: undefined, uvEnrolled: false });
  expect(await manager.config('setMinPINLength', undefined, { newMinPINLength: 6 })).toBe('CTAP2_OK');
  expect((await manager.info()).minPINLength).toBe(6);
});

it.each([
  ['a defined one that the persona does not have', authenticatorConfigSubCommands.vendorPrototype],
  ['an undefined one', 0x05],
])('answers CTAP1_ERR_INVALID_PARAMETER to an unsupported subcommand, %s (6.11 step 1)', async (_title, subCommand) => {
  const manager = ManagementPlatform.of();
  const request = new Map([[1, subCommand]]);
  expect(await manager.sendRaw('authenticatorConfig', request), 'before the token').toBe('CTAP1_ERR_INVALID_PARAMETER');
});

describe('enterprise attestation', () => {
  const register = async (manager: ManagementPlatform, enterpriseAttestation: number, rpId = 'enterprise.example') => {
    const proof = manager.pinUvAuth(2, await manager.token(mc, rpId));
    return manager.makeCredential({ rp: { id: rpId }, enterpriseAttestation, ...proof });
  };
  it('is refused until it is enabled', async () => {
    const manager = ManagementPlatform.of();
    expect((await manager.info()).options?.ep).toBe(false);
    expect((await register(manager, 1)).status).toBe('CTAP1_ERR_INVALID_PARAMETER');
    expect(await manager.configure('enableEnterpriseAttestation')).toBe('CTAP2_OK');
    expect((await manager.info()).options?.ep).toBe(true);
    expect((await register(manager, 3)).status).toBe('CTAP2_ERR_INVALID_OPTION');
  });
  it.each([
    ['vendor-facilitated for a listed relying party', 1, 'enterprise.example', true],
    ['vendor-facilitated for another', 1, 'example.com', undefined],
    ['platform-managed', 2, 'example.com', true],
  ])('with enterpriseAttestation $1 ($0) returns epAtt $3', async (_title, kind, rpId, epAtt) => {
    const manager = ManagementPlatform.of();
    await manager.configure('enableEnterpriseAttestation');
    const { status, response } = await register(manager, kind, rpId);
    expect([status, response.epAtt, response.fmt]).toEqual(['CTAP2_OK', epAtt, 'packed']);
  });
});

describe('setMinPINLength', () => {
  it.each([
    ['a shorter length', { newMinPINLength: 3 }, 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
    ['more code points than a PIN can have', { newMinPINLength: 64 }, 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
    ['too many RP ids', { minPinLengthRPIDs: ['a', 'b', 'c', 'd', 'e'] }, 'CTAP2_ERR_KEY_STORE_FULL'],
    ['the same length', { newMinPINLength: 4, minPinLengthRPIDs: ['example.com'] }, 'CTAP2_OK'],
    ['no parameters', {}, 'CTAP2_OK'],
  ])('with %s answers $2', async (_title, params, status) => {
    const manager = ManagementPlatform.of();
    expect(await manager.configure('setMinPINLength', params)).toBe(status);
    expect((await manager.info()).forcePINChange).toBe(false);
  });

  it('forceChangePin without a PIN answers CTAP2_ERR_PIN_NOT_SET', async () => {
    const manager = ManagementPlatform.of({ pin: undefined, uvEnrolled: false });
    expect(await manager.config('setMinPINLength', undefined, { forceChangePin: true })).toBe('CTAP2_ERR_PIN_NOT_SET');
  });

  it.each([{ newMinPINLength: 6 }, { forceChangePin: true }])(
    '%o refuses tokens until the PIN is changed',
    async (params) => {
      const manager = ManagementPlatform.of();
      expect(await manager.configure('setMinPINLength', params)).toBe('CTAP2_OK');
      expect((await manager.info()).forcePINChange).toBe(true);
      expect((await manager.pinToken(2, pin, { permissions: cm })).status).toBe('CTAP2_ERR_PIN_POLICY_VIOLATION');
      expect((await manager.pinToken(2, pin)).status).toBe('CTAP2_ERR_PIN_INVALID');
      expect(await manager.changePin(2, pin, pin)).toBe('CTAP2_ERR_PIN_POLICY_VIOLATION');
      expect(await manager.changePin(2, pin, '971364')).toBe('CTAP2_OK');
      expect((await manager.pinToken(2, '971364', { permissions: cm })).status).toBe('CTAP2_OK');
    },
  );

  it.each([
    ['1111', 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
    ['1234', 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
    ['dcba', 'CTAP2_ERR_PIN_POLICY_VIOLATION'],
    ['1357', 'CTAP2_OK'],
  ])('with pinComplexityPolicy changePIN to %s answers %s', async (next, status) => {
    const manager = ManagementPlatform.of();
    await manager.configure('setMinPINLength', { pinComplexityPolicy: true });
    expect((await manager.info()).pinComplexityPolicy).toBe(true);
    expect(await manager.changePin(2, pin, next)).toBe(status);
  });
});

it('alwaysUv requires user verification and turns U2F off', async () => {
  const manager = ManagementPlatform.of({ uvEnrolled: false });
  expect((await manager.makeCredential()).status).toBe('CTAP2_OK');
  await manager.configure('toggleAlwaysUv');
  expect((await manager.makeCredential()).status).toBe('CTAP2_ERR_PUAT_REQUIRED');
  const { options, versions } = await manager.info();
  expect([options?.alwaysUv, options?.makeCredUvNotRqd, versions.includes('U2F_V2')]).toEqual([true, false, false]);
  await manager.configure('toggleAlwaysUv');
  expect((await manager.makeCredential()).status).toBe('CTAP2_OK');
});

it('a reset after enableLongTouchForReset requests a long touch', async () => {
  const asked: string[] = [];
  const manager = ManagementPlatform.of({
    gestures: {
      respond({ kind }) {
        asked.push(kind);
        return 'granted';
      },
    },
  });
  expect((await manager.info()).longTouchForReset).toBe(false);
  await manager.configure('enableLongTouchForReset');
  expect((await manager.info()).longTouchForReset).toBe(true);
  expect((await manager.send('authenticatorReset')).status).toBe('CTAP2_OK');
  expect(asked).toEqual(['long-touch']);
  expect((await manager.info()).longTouchForReset).toBe(false);
});
