/** Which permissions a PIN and a fingerprint grant, how a fingerprint is verified, and how long a token is valid. */
import { describe, expect, it } from 'vitest';
import { concat } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { defined } from '#base/testing/defined.ts';
import { permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { GestureOutcome } from '../gestures.ts';
import type { Persona } from '../personas/persona.ts';
import { personas } from '../personas/registry.ts';
import { ManagementPlatform, pin } from '../testing/management-platform.ts';
import { rpId } from '../testing/test-platform.ts';

const { mc, ga, cm, be, lbw, acfg, pcmr } = permissions;
const complete: Persona = personas['touchstone-complete'];

async function tokenByFingerprint(manager: ManagementPlatform, permissions: number) {
  const { protocol, secret, keyAgreement } = await manager.agreeOnSecret(2);
  const request = { pinUvAuthProtocol: 2, keyAgreement, permissions, rpId };
  const { status, response } = await manager.clientPin('getPinUvAuthTokenUsingUvWithPermissions', request);
  const encrypted = response.pinUvAuthToken;
  return { status, token: encrypted && protocol.decrypt(secret, encrypted) };
}

const tokenByPin = (manager: ManagementPlatform, permissions: number) =>
  manager.pinToken(2, pin, { permissions, rpId });
const personaWith = (changes: Partial<Persona>): Persona => ({ ...complete, ...changes });
const { bioEnrollment, config } = defined(complete.features);
const withoutUvPermissions = personaWith({
  features: {
    ...complete.features,
    bioEnrollment: { ...defined(bioEnrollment), byFingerprint: undefined as never },
    config: { ...defined(config), byFingerprint: undefined as never },
  },
});
const noMcGa = personaWith({ options: { ...complete.options, noMcGaPermissionsWithClientPin: true } });
const bare = personaWith({ features: {} });
const ctap21 = personaWith({ versions: ['FIDO_2_1'] });

describe('permissions', () => {
  const refused = 'CTAP2_ERR_UNAUTHORIZED_PERMISSION';
  it.each<[string, number, Persona, string, string]>([
    ['mc and ga', mc | ga, complete, 'CTAP2_OK', 'CTAP2_OK'],
    ['all but pcmr', mc | ga | cm | be | lbw | acfg, complete, 'CTAP2_OK', 'CTAP2_OK'],
    ['pcmr', pcmr, complete, 'CTAP2_OK', 'CTAP2_OK'],
    ['pcmr and cm', pcmr | cm, complete, refused, refused],
    ['pcmr before CTAP 2.3', pcmr, ctap21, refused, refused],
    ['mc with noMcGaPermissionsWithClientPin', mc, noMcGa, refused, 'CTAP2_OK'],
    ['cm with noMcGaPermissionsWithClientPin', cm, noMcGa, 'CTAP2_OK', 'CTAP2_OK'],
    ['be without uvBioEnroll', be, withoutUvPermissions, 'CTAP2_OK', refused],
    ['acfg without uvAcfg', acfg, withoutUvPermissions, 'CTAP2_OK', refused],
    ['cm without credential management', cm, bare, refused, refused],
    ['be without a sensor', be, bare, refused, refused],
    ['lbw without large blobs', lbw, bare, refused, refused],
    ['acfg without configuration', acfg, bare, refused, refused],
    ['no permission', 0, complete, 'CTAP1_ERR_INVALID_PARAMETER', 'CTAP1_ERR_INVALID_PARAMETER'],
  ])(
    '%s: a PIN answers $3, a fingerprint answers $4',
    async (_title, requested, persona, pinStatus, fingerprintStatus) => {
      const manager = ManagementPlatform.of({ persona });
      expect((await tokenByPin(manager, requested)).status).toBe(pinStatus);
      expect((await tokenByFingerprint(manager, requested)).status).toBe(fingerprintStatus);
    },
  );

  it('with noMcGaPermissionsWithClientPin only a fingerprint can authorize a registration', async () => {
    const manager = ManagementPlatform.of({ persona: noMcGa });
    const old = await manager.pinToken(2, pin);
    expect((await manager.makeCredential(manager.pinUvAuth(2, defined(old.token)))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    const { token } = await tokenByFingerprint(manager, mc);
    expect((await manager.makeCredential(manager.pinUvAuth(2, defined(token)))).status).toBe('CTAP2_OK');
  });
});

describe('a fingerprint', () => {
  const finger = (...outcomes: GestureOutcome[]) => ({ respond: () => outcomes.shift() ?? 'timeout' });
  const uvRetries = async (manager: ManagementPlatform) => (await manager.clientPin('getUVRetries')).response.uvRetries;

  it.each<[string, GestureOutcome[], string, number]>([
    ['that matches', ['granted'], 'CTAP2_OK', 5],
    ['that does not match', ['no-match', 'granted'], 'CTAP2_ERR_UV_INVALID', 4],
    ['that is not given', ['timeout'], 'CTAP2_ERR_USER_ACTION_TIMEOUT', 5],
    ['that the user declines', ['denied'], 'CTAP2_ERR_OPERATION_DENIED', 5],
  ])('%s answers $2 and leaves $3 retries (6.5.5.7.3 steps 6 to 10)', async (_title, outcomes, status, left) => {
    const manager = ManagementPlatform.of({ gestures: finger(...outcomes) });
    expect((await tokenByFingerprint(manager, mc)).status).toBe(status);
    expect(await uvRetries(manager)).toBe(left);
  });

  it.each([
    [
      'the platform may try again: one finger for each command',
      3,
      ['CTAP2_ERR_UV_INVALID', 'CTAP2_ERR_UV_INVALID', 'CTAP2_OK'],
    ],
    ['all attempts are internal', 1, ['CTAP2_OK']],
  ])('with %s (6.5.5.7.3 step 6, preferredPlatformUvAttempts $1)', async (_title, attempts, statuses) => {
    const persona = personaWith({ builtInUv: { ...defined(complete.builtInUv), attempts } });
    const manager = ManagementPlatform.of({ persona, gestures: finger('no-match', 'no-match', 'granted') });
    const answers: string[] = [];
    for (const _status of statuses) answers.push((await tokenByFingerprint(manager, mc)).status);
    expect(answers).toEqual(statuses);
  });

  it('may be tried three times within a command that verifies the user itself (6.1.2 step 11.2, internalRetry)', async () => {
    const options = { uv: true };
    const twice = ManagementPlatform.of({ gestures: finger('no-match', 'no-match', 'granted') });
    expect((await twice.makeCredential({ options })).status).toBe('CTAP2_OK');
    const never = ManagementPlatform.of({ gestures: finger('no-match', 'no-match', 'no-match', 'granted') });
    expect((await never.makeCredential({ options })).status).toBe('CTAP2_ERR_PUAT_REQUIRED');
    expect(await uvRetries(never)).toBe(2);
  });

  it('is blocked after five that do not match, until a PIN is entered', async () => {
    const manager = ManagementPlatform.of({
      gestures: finger(...Array<GestureOutcome>(5).fill('no-match'), 'granted'),
    });
    for (let attempt = 1; attempt < 5; attempt++)
      expect((await tokenByFingerprint(manager, mc)).status).toBe('CTAP2_ERR_UV_INVALID');
    expect((await tokenByFingerprint(manager, mc)).status).toBe('CTAP2_ERR_UV_BLOCKED');
    expect((await tokenByFingerprint(manager, mc)).status).toBe('CTAP2_ERR_UV_BLOCKED');
    expect(await uvRetries(manager)).toBe(0);
    expect((await tokenByPin(manager, mc)).status).toBe('CTAP2_OK');
    expect((await tokenByFingerprint(manager, mc)).status).toBe('CTAP2_OK');
  });

  it('cannot be used if none is enrolled', async () => {
    expect((await tokenByFingerprint(ManagementPlatform.of({ uvEnrolled: false }), mc)).status).toBe(
      'CTAP2_ERR_NOT_ALLOWED',
    );
  });
});

describe('a token', () => {
  const blob = concat(Uint8Array.of(0x80), sha256(Uint8Array.of(0x80)).subarray(0, 16));
  const write = (manager: ManagementPlatform, token: Uint8Array) => manager.writeBlob(blob, 0, blob.length, token);

  it('is consumed by a registration except for the permission lbw', async () => {
    const manager = ManagementPlatform.of();
    const { token } = await tokenByPin(manager, mc | cm | lbw);
    expect((await manager.makeCredential(manager.pinUvAuth(2, defined(token)))).status).toBe('CTAP2_OK');
    expect((await manager.makeCredential(manager.pinUvAuth(2, defined(token)))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    expect((await manager.credMgmt('getCredsMetadata', token)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect(await write(manager, defined(token))).toBe('CTAP2_OK');
  });

  it.each([
    ['unused for 29 seconds', [29_000], 'CTAP2_OK'],
    ['unused for 30 seconds', [30_000], 'CTAP2_ERR_PIN_AUTH_INVALID'],
    ['used in time, after 9 minutes', [20_000, 540_000], 'CTAP2_OK'],
    ['used in time, after 10 minutes', [20_000, 580_000], 'CTAP2_ERR_PIN_AUTH_INVALID'],
  ])('%s answers $2', async (_title, waits, status) => {
    const clock = new AdjustableClock();
    const manager = ManagementPlatform.of({ clock });
    const token = await manager.token(cm);
    let last = '';
    for (const waitMs of waits) {
      clock.advance(waitMs);
      last = (await manager.credMgmt('getCredsMetadata', token)).status;
    }
    expect(last).toBe(status);
  });

  it.each([
    ['29 seconds later', 29_000, ['verification']],
    ['30 seconds later', 30_000, ['verification', 'presence']],
  ])('from a fingerprint, used %s: the gestures requested are $2', async (_title, afterMs, gestures) => {
    const asked: string[] = [];
    const clock = new AdjustableClock();
    const respond = ({ kind }: { kind: string }) => {
      asked.push(kind);
      return 'granted' as const;
    };
    const manager = ManagementPlatform.of({ clock, gestures: { respond } });
    const { token } = await tokenByFingerprint(manager, mc | lbw);
    clock.advance(10_000);
    expect(await write(manager, defined(token))).toBe('CTAP2_OK');
    clock.advance(afterMs - 10_000);
    expect((await manager.makeCredential(manager.pinUvAuth(2, defined(token)))).status).toBe('CTAP2_OK');
    expect(asked).toEqual(gestures);
  });

  it('becomes invalid with a newer token and with a power cycle', async () => {
    const manager = ManagementPlatform.of();
    const [older, newer] = [await manager.token(cm), await manager.token(cm)];
    expect((await manager.credMgmt('getCredsMetadata', older)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect((await manager.credMgmt('getCredsMetadata', newer)).status).toBe('CTAP2_OK');
    manager.authenticator.powerCycle();
    expect((await manager.credMgmt('getCredsMetadata', newer)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
  });
});
