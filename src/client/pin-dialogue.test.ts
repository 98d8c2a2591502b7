/** The PIN prompts of create(), with the emulator and a scripted key. */
import { describe, expect, test } from 'vitest';
import { fromBase64url } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { CtapError } from '#protocol/errors.ts';
import { create } from './create.ts';
import { createScriptedDevice, encodeResponse } from './testing/scripted-device.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
} from './testing/test-client.ts';

const verified = creationOptions({ authenticatorSelection: { userVerification: 'required' } });
const flagsOf = ({ response }: { response: { authenticatorData: string } }) =>
  parseAuthenticatorData(fromBase64url(response.authenticatorData)).flags;

describe.each(['yubikey-5-nfc', 'yubikey-5-legacy', 'touchstone-key'] as const)('the PIN on %s', (persona) => {
  test('verifies the user', async () => {
    const { device } = createEmulatedKey({ persona, pin: '123456' });
    const { context, asked } = createTestClient([asSecurityKey(device)], { pin: '123456' });
    expect(flagsOf(await create(verified, context)) & flag.UV).toBe(flag.UV);
    expect(asked).toEqual(['pin enter 8', 'touch register', 'review']);
  });

  test('is asked for again when it was wrong, with the retries left', async () => {
    const { device, authenticator } = createEmulatedKey({ persona, pin: '123456' });
    const { context, asked } = createTestClient([asSecurityKey(device)], { pin: ['000000', '123456'] });
    await create(verified, context);
    expect(asked).toEqual(['pin enter 8', 'pin enter 7 wrong', 'touch register', 'review']);
    expect(authenticator.inspect().pinRetries).toBe(8);
  });

  test('is locked until the key is reinserted after three wrong attempts', async () => {
    const { device } = createEmulatedKey({ persona, pin: '123456' });
    const { context, asked, informed } = createTestClient([asSecurityKey(device)], {
      pin: ['000000', '000001', '000002', '123456'],
    });
    const error = await catchRejection(create(verified, context));
    expect(error).toMatchObject({ name: 'NotAllowedError', endReason: 'pin-soft-locked' });
    expect(asked).toEqual(['pin enter 8', 'pin enter 7 wrong', 'pin enter 6 wrong']);
    expect(informed).toEqual(['pin-soft-locked']);
    const again = createTestClient([asSecurityKey(device)], { pin: '123456' });
    expect(await catchRejection(create(verified, again.context))).toMatchObject({ endReason: 'pin-soft-locked' });
  });

  test('is blocked after the last wrong attempt, and then no prompt is shown', async () => {
    const { device } = createEmulatedKey({ persona, pin: '123456', retries: 1 });
    const { context, informed } = createTestClient([asSecurityKey(device)], { pin: '000000' });
    expect(await catchRejection(create(verified, context))).toMatchObject({
      name: 'NotAllowedError',
      endReason: 'pin-blocked',
    });
    const again = createTestClient([asSecurityKey(device)], { pin: '123456' });
    expect(await catchRejection(create(verified, again.context))).toMatchObject({ endReason: 'pin-blocked' });
    expect(again.asked).toEqual([]);
    expect(informed).toEqual(['pin-blocked']);
  });

  test('is created on a key without one, and its length counts in code points and bytes', async () => {
    const { device, authenticator } = createEmulatedKey({ persona });
    const { context, asked } = createTestClient([asSecurityKey(device)], {
      pin: ['123', '😀😀😀', 'x'.repeat(64), '4321'],
    });
    expect(flagsOf(await create(verified, context)) & flag.UV).toBe(flag.UV);
    expect(asked).toEqual([
      'pin set',
      'pin set too-short',
      'pin set too-short',
      'pin set too-long',
      'touch register',
      'review',
    ]);
    expect(authenticator.inspect().pin).toBe('set');
  });

  test('is accepted in any Unicode normalization form', async () => {
    const { device } = createEmulatedKey({ persona, pin: 'caf\u00e9' });
    const { context } = createTestClient([asSecurityKey(device)], { pin: 'cafe\u0301' });
    expect(await create(verified, context)).toHaveProperty('id');
  });

  test('uses up no retry when the prompt is cancelled', async () => {
    const { device, authenticator } = createEmulatedKey({ persona, pin: '123456' });
    const { context, informed } = createTestClient([asSecurityKey(device)]);
    expect(await catchRejection(create(verified, context))).toMatchObject({ name: 'NotAllowedError' });
    expect(informed).toEqual([]);
    expect(authenticator.inspect().pinRetries).toBe(8);
  });
});

describe('user verification', () => {
  test.each([
    ['required', 'discouraged', '1234', ['pin enter 8']],
    ['preferred', 'discouraged', '1234', ['pin enter 8']],
    ['preferred', 'discouraged', undefined, []],
    ['required', 'discouraged', undefined, ['pin set']],
    ['discouraged', 'required', undefined, ['pin set']],
    ['discouraged', 'preferred', undefined, []],
    ['discouraged', 'required', '1234', ['pin enter 8']],
    // This model creates no credential without verification once it has a PIN.
    ['discouraged', 'discouraged', '1234', ['pin enter 8']],
  ])('%s, resident key %s, PIN %s: prompts %j', async (userVerification, residentKey, pin, expected) => {
    const { device } = createEmulatedKey({ persona: 'yubikey-5-legacy', pin });
    const { context, asked } = createTestClient([asSecurityKey(device)], { pin: '1234' });
    await create(creationOptions({ authenticatorSelection: { userVerification, residentKey } }), context);
    expect(asked.filter((prompt) => prompt.startsWith('pin'))).toEqual(expected);
  });

  test('is skipped for a non-discoverable credential on a key with makeCredUvNotRqd', async () => {
    const { device } = createEmulatedKey({ persona: 'touchstone-key', pin: '1234' });
    const { context, asked } = createTestClient([asSecurityKey(device)], { pin: '1234' });
    await create(creationOptions({ authenticatorSelection: { userVerification: 'discouraged' } }), context);
    expect(asked).toEqual(['touch register', 'review']);
  });

  test('required on an authenticator without it: fails as unsuitable', async () => {
    const device = createScriptedDevice({});
    const { context, informed } = createTestClient([asSecurityKey(device)]);
    expect(await catchRejection(create(verified, context))).toMatchObject({ name: 'NotAllowedError' });
    expect(informed).toEqual(['device-unsuitable']);
  });
});

describe('built-in user verification', () => {
  test('shows no PIN prompt', async () => {
    const { device } = createEmulatedKey({ persona: 'yubikey-bio', pin: '1234' });
    const { context, asked } = createTestClient([asSecurityKey(device)]);
    expect(flagsOf(await create(verified, context)) & flag.UV).toBe(flag.UV);
    expect(asked).toEqual(['touch verify', 'review']);
  });

  /** Creates a key whose sensor recognises only the finger number `match` (from 1), and records what the sensor has left. */
  function createBiometricKey(persona: 'yubikey-bio' | 'touchstone-complete', match: number, pin?: string) {
    const uvRetries: number[] = [];
    const respond = ({ kind }: { kind: string }) => {
      if (kind !== 'verification') return 'granted';
      uvRetries.push(key.authenticator.inspect().uvRetries);
      return uvRetries.length === match ? 'granted' : 'no-match';
    };
    const key = createEmulatedKey({ persona, pin, gestures: { respond } });
    return { ...key, uvRetries };
  }
  const fingers = (count: number) => Array<string>(count).fill('touch verify');

  test('asks for the finger again when it was not recognised', async () => {
    const { device, uvRetries } = createBiometricKey('yubikey-bio', 2, '1234');
    const { context, asked } = createTestClient([asSecurityKey(device)], { pin: '1234' });
    expect(flagsOf(await create(verified, context)) & flag.UV).toBe(flag.UV);
    expect(asked).toEqual([...fingers(2), 'review']);
    expect(uvRetries).toEqual([3, 2]);
  });

  test.each([
    ['one attempt before the sensor blocks', 'yubikey-bio', 2, [3, 2]],
    ['after the attempts that the key prefers', 'touchstone-complete', 3, [5, 4, 3]],
  ] as const)('falls back to the PIN %s', async (_title, persona, attempts, left) => {
    const { device, uvRetries, authenticator } = createBiometricKey(persona, 0, '1234');
    const { context, asked } = createTestClient([asSecurityKey(device)], { pin: '1234' });
    expect(flagsOf(await create(verified, context)) & flag.UV).toBe(flag.UV);
    expect(asked).toEqual([...fingers(attempts), 'pin enter 8', 'touch register', 'review']);
    expect(uvRetries).toEqual(left);
    expect(authenticator.inspect().uvRetries, 'restored by the PIN').toBe(left[0]);
  });

  test('uses every attempt when there is no PIN to fall back to', async () => {
    const { device, authenticator } = createBiometricKey('yubikey-bio', 0);
    const { context, asked, informed } = createTestClient([asSecurityKey(device)]);
    expect(await catchRejection(create(verified, context))).toMatchObject({ name: 'NotAllowedError' });
    expect([asked, informed]).toEqual([fingers(3), ['denied-at-key']]);
    expect(authenticator.inspect().uvRetries).toBe(0);
  });
});

describe('a key with forcePINChange', () => {
  /** Creates a scripted key that responds to the first current PIN with "wrong" and refuses the first new PIN. */
  function createForcingKey() {
    const sent: string[] = [];
    const refusals = ['CTAP2_ERR_PIN_INVALID', 'CTAP2_ERR_PIN_POLICY_VIOLATION', undefined] as const;
    let changes = 0;
    const names = ['', 'retries', 'agreement', 'set', 'change', 'token', '', '', '', 'token'];
    const device = createScriptedDevice({
      info: {
        options: { rk: true, clientPin: true, pinUvAuthToken: true },
        pinUvAuthProtocols: [2, 1],
        forcePINChange: true,
      },
      clientPin(request) {
        const name = defined(names[request.subCommand]);
        sent.push(name);
        if (name === 'retries') return encodeResponse('authenticatorClientPIN', { pinRetries: 8 });
        if (name === 'agreement') return encodeResponse('authenticatorClientPIN', { keyAgreement: agreementKey });
        if (name !== 'change') return 'CTAP2_ERR_PIN_BLOCKED';
        const refusal = refusals[changes++];
        return refusal ?? encodeResponse('authenticatorClientPIN', {});
      },
    });
    return { device, sent };
  }
  /** The generator of P-256 as a COSE key. */
  const agreementKey: CborMap = new Map<number, number | Uint8Array>([
    [coseKeyLabels.kty, 2],
    [coseKeyLabels.alg, -25],
    [coseKeyLabels.crv, 1],
    [coseKeyLabels.x, Buffer.from('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex')],
    [coseKeyLabels.y, Buffer.from('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5', 'hex')],
  ]);

  test('asks for the current PIN, then for the new one, and again for the one that was refused', async () => {
    const { device, sent } = createForcingKey();
    const { context, asked } = createTestClient([asSecurityKey(device)], { pin: ['0000', '9999', '1234', '8888'] });
    const error = await catchRejection(create(verified, context));
    expect(asked).toEqual(['pin enter 8', 'pin change', 'pin enter 8 wrong', 'pin change refused-by-policy']);
    expect(sent.filter((name) => name !== 'agreement' && name !== 'retries')).toEqual([
      'change',
      'change',
      'change',
      'token',
    ]);
    expect(error).toMatchObject({ cause: expect.any(CtapError), endReason: 'pin-blocked' });
  });
});
