/** Who gets which permission by what, how a fingerprint is tried, and how long a token lasts. */
import { describe, expect, it } from 'vitest';
import { concat } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { GestureOutcome } from '../gestures.ts';
import type { Persona } from '../personas/persona.ts';
import { personas } from '../personas/registry.ts';
import { pin, TestManager } from '../testing/management.ts';
import { rpId } from '../testing/test-platform.ts';

const { mc, ga, cm, be, lbw, acfg, pcmr } = permissions;
const complete: Persona = personas['touchstone-complete'];

async function byFinger(manager: TestManager, wanted: number) {
  const { protocol, secret, keyAgreement } = await manager.agree(2);
  const request = { pinUvAuthProtocol: 2, keyAgreement, permissions: wanted, rpId };
  const { status, response } = await manager.clientPin('getPinUvAuthTokenUsingUvWithPermissions', request);
  const encrypted = response.pinUvAuthToken;
  return { status, token: encrypted && protocol.decrypt(secret, encrypted) };
}

const byPin = (manager: TestManager, wanted: number) => manager.pinToken(2, pin, { permissions: wanted, rpId });
const personaWith = (changes: Partial<Persona>): Persona => ({ ...complete, ...changes });
const { bioEnrollment, config } = complete.features!;
const withoutFingerAuthority = personaWith({
  features: {
    ...complete.features,
    bioEnrollment: { ...bioEnrollment!, byFingerprint: undefined as never },
    config: { ...config!, byFingerprint: undefined as never },
  },
});
const noMcGa = personaWith({ options: { ...complete.options, noMcGaPermissionsWithClientPin: true } });
const bare = personaWith({ features: {} });
const before23 = personaWith({ versions: ['FIDO_2_1'] });

describe('permissions', () => {
  const refused = 'CTAP2_ERR_UNAUTHORIZED_PERMISSION';
  it.each<[string, number, Persona, string, string]>([
    ['mc and ga', mc | ga, complete, 'CTAP2_OK', 'CTAP2_OK'],
    ['all but pcmr', mc | ga | cm | be | lbw | acfg, complete, 'CTAP2_OK', 'CTAP2_OK'],
    ['pcmr', pcmr, complete, 'CTAP2_OK', 'CTAP2_OK'],
    ['pcmr and cm', pcmr | cm, complete, refused, refused],
    ['pcmr before CTAP 2.3', pcmr, before23, refused, refused],
    ['mc with noMcGaPermissionsWithClientPin', mc, noMcGa, refused, 'CTAP2_OK'],
    ['cm with noMcGaPermissionsWithClientPin', cm, noMcGa, 'CTAP2_OK', 'CTAP2_OK'],
    ['be without uvBioEnroll', be, withoutFingerAuthority, 'CTAP2_OK', refused],
    ['acfg without uvAcfg', acfg, withoutFingerAuthority, 'CTAP2_OK', refused],
    ['cm without credential management', cm, bare, refused, refused],
    ['be without a sensor', be, bare, refused, refused],
    ['lbw without large blobs', lbw, bare, refused, refused],
    ['acfg without configuration', acfg, bare, refused, refused],
    ['no permission', 0, complete, 'CTAP1_ERR_INVALID_PARAMETER', 'CTAP1_ERR_INVALID_PARAMETER'],
  ])('%s: by PIN %4$s, by fingerprint %5$s', async (_title, wanted, persona, byPinStatus, byFingerStatus) => {
    const manager = TestManager.of({ persona });
    expect((await byPin(manager, wanted)).status).toBe(byPinStatus);
    expect((await byFinger(manager, wanted)).status).toBe(byFingerStatus);
  });

  it('with noMcGaPermissionsWithClientPin only a finger registers', async () => {
    const manager = TestManager.of({ persona: noMcGa });
    const old = await manager.pinToken(2, pin);
    expect((await manager.makeCredential(manager.proof(2, old.token!))).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    const { token } = await byFinger(manager, mc);
    expect((await manager.makeCredential(manager.proof(2, token!))).status).toBe('CTAP2_OK');
  });
});

describe('a fingerprint', () => {
  const finger = (...outcomes: GestureOutcome[]) => ({ respond: () => outcomes.shift() ?? 'timeout' });
  const uvRetries = async (manager: TestManager) => (await manager.clientPin('getUVRetries')).response.uvRetries;

  it.each<[string, GestureOutcome[], string, number]>([
    ['that matches', ['granted'], 'CTAP2_OK', 5],
    ['that matches the third time', ['no-match', 'no-match', 'granted'], 'CTAP2_OK', 5],
    ['that never matches', ['no-match', 'no-match', 'no-match'], 'CTAP2_ERR_UV_INVALID', 2],
    ['that does not come', ['timeout'], 'CTAP2_ERR_USER_ACTION_TIMEOUT', 5],
    ['of somebody who declines', ['denied'], 'CTAP2_ERR_OPERATION_DENIED', 5],
  ])('%s -> %3$s, %4$s retries left', async (_title, outcomes, status, left) => {
    const manager = TestManager.of({ gestures: finger(...outcomes) });
    expect((await byFinger(manager, mc)).status).toBe(status);
    expect(await uvRetries(manager)).toBe(left);
  });

  it('is blocked after five wrong ones until the PIN comes', async () => {
    const manager = TestManager.of({ gestures: finger(...Array<GestureOutcome>(5).fill('no-match'), 'granted') });
    expect((await byFinger(manager, mc)).status).toBe('CTAP2_ERR_UV_INVALID');
    expect((await byFinger(manager, mc)).status).toBe('CTAP2_ERR_UV_BLOCKED');
    expect((await byFinger(manager, mc)).status).toBe('CTAP2_ERR_UV_BLOCKED');
    expect(await uvRetries(manager)).toBe(0);
    expect((await byPin(manager, mc)).status).toBe('CTAP2_OK');
    expect((await byFinger(manager, mc)).status).toBe('CTAP2_OK');
  });

  it('that is not enrolled gives no token', async () => {
    expect((await byFinger(TestManager.of({ uvEnrolled: false }), mc)).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  });
});

describe('lifetime', () => {
  const blob = concat(Uint8Array.of(0x80), sha256(Uint8Array.of(0x80)).subarray(0, 16));
  const write = (manager: TestManager, token: Uint8Array) => manager.writeBlob(blob, 0, blob.length, token);

  it('a registration uses up a token but for lbw', async () => {
    const manager = TestManager.of();
    const { token } = await byPin(manager, mc | cm | lbw);
    expect((await manager.makeCredential(manager.proof(2, token!))).status).toBe('CTAP2_OK');
    expect((await manager.makeCredential(manager.proof(2, token!))).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect((await manager.credMgmt('getCredsMetadata', token)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect(await write(manager, token!)).toBe('CTAP2_OK');
  });

  it.each([
    ['unused, 29 seconds', [29_000], 'CTAP2_OK'],
    ['unused, 30 seconds', [30_000], 'CTAP2_ERR_PIN_AUTH_INVALID'],
    ['used in time, 9 minutes', [20_000, 540_000], 'CTAP2_OK'],
    ['used in time, 10 minutes', [20_000, 580_000], 'CTAP2_ERR_PIN_AUTH_INVALID'],
  ])('%s -> %3$s', async (_title, waits, status) => {
    const clock = new AdjustableClock();
    const manager = TestManager.of({ clock });
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
    ['30 seconds later, with a token kept alive,', 30_000, ['verification', 'presence']],
  ])('%s a registration by finger asks for %3$o', async (_title, laterMs, gestures) => {
    const asked: string[] = [];
    const clock = new AdjustableClock();
    const respond = ({ kind }: { kind: string }) => {
      asked.push(kind);
      return 'granted' as const;
    };
    const manager = TestManager.of({ clock, gestures: { respond } });
    const { token } = await byFinger(manager, mc | lbw);
    clock.advance(10_000);
    expect(await write(manager, token!)).toBe('CTAP2_OK');
    clock.advance(laterMs - 10_000);
    expect((await manager.makeCredential(manager.proof(2, token!))).status).toBe('CTAP2_OK');
    expect(asked).toEqual(gestures);
  });

  it('a newer token ends the older, and so does the power', async () => {
    const manager = TestManager.of();
    const [older, newer] = [await manager.token(cm), await manager.token(cm)];
    expect((await manager.credMgmt('getCredsMetadata', older)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
    expect((await manager.credMgmt('getCredsMetadata', newer)).status).toBe('CTAP2_OK');
    manager.authenticator.powerCycle();
    expect((await manager.credMgmt('getCredsMetadata', newer)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
  });
});
