/** With `checks: 'none'` the page gets the malformed responses that a strict client refuses. */
import { describe, expect, test } from 'vitest';
import { fromBase64url } from '#base/bytes.ts';
import type { DefectId } from '#emulator';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { ClientPolicy } from './context.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
  rpId,
} from './testing/test-client.ts';

const createContext = (defects: DefectId[], checks?: ClientPolicy['checks']) => {
  const { device } = createEmulatedKey({ persona: 'touchstone-key', defects });
  return { ...createTestClient([asSecurityKey(device)]).context, ...(checks && { policy: { checks } }) };
};

describe('create() without checks', () => {
  test.each<[DefectId, (authData: Uint8Array) => unknown, unknown]>([
    ['flags.up-missing', (authData) => (authData[32] ?? 0) & 0x01, 0],
    ['authdata.rp-id-hash-zero', (authData) => authData.subarray(0, 32), new Uint8Array(32)],
    ['authdata.trailing-byte', (authData) => authData.at(-1), 0],
    ['cose.cut-off', (authData) => authData.length, 37 + 18 + 64 + 76],
    ['authdata.cut-before-flags', (authData) => authData.length, 32],
  ])('returns the response of a key with the defect %s', async (defect, read, expected) => {
    const { cause } = (await catchRejection(create(creationOptions(), createContext([defect])))) as Error;
    expect(cause).toBeInstanceOf(ProtocolViolation);
    const { response, id } = await create(creationOptions(), createContext([defect], 'none'));
    expect(read(fromBase64url(response.authenticatorData))).toEqual(expected);
    expect(response.publicKeyAlgorithm).toBe(-7);
    expect(fromBase64url(id).length).toBe(defect === 'authdata.cut-before-flags' ? 0 : 64);
  });

  test('returns the same as strict create() for a conforming key', async () => {
    const [strict, unchecked] = await Promise.all([
      create(creationOptions(), createContext([])),
      create(creationOptions(), createContext([], 'none')),
    ]);
    expect(unchecked).toEqual(strict);
  });
});

test('get() without checks returns an assertion without the user present flag', async () => {
  const defect: DefectId = 'flags.up-missing-at-sign-in';
  const signIn = async (checks: ClientPolicy['checks']) => {
    const context = createContext([defect], checks);
    const { id } = await create(creationOptions(), context);
    return get({ challenge: 'AAECAwQFBgcICQoLDA0ODw', rpId, allowCredentials: [{ id, type: 'public-key' }] }, context);
  };
  expect(((await catchRejection(signIn('strict'))) as Error).cause).toBeInstanceOf(ProtocolViolation);
  const { response } = await signIn('none');
  expect((fromBase64url(response.authenticatorData)[32] ?? 0) & 0x01).toBe(0);
});
