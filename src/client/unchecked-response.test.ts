/** A relaying client lets a page see what a strict one refuses; everything else of a ceremony stays. */
import { describe, expect, test } from 'vitest';
import { fromBase64url } from '#base/bytes.ts';
import type { DefectId } from '#emulator';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { ClientPolicy } from './context.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import { creationOptions, createEmulatedKey, asSecurityKey, rejection, rpId, createTestClient } from './testing/test-client.ts';

const callerWith = (defects: DefectId[], checks?: ClientPolicy['checks']) => {
  const { device } = createEmulatedKey({ persona: 'touchstone-key', defects });
  return { ...createTestClient([asSecurityKey(device)]).context, ...(checks && { policy: { checks } }) };
};

describe('create()', () => {
  test.each<[DefectId, (authData: Uint8Array) => unknown, unknown]>([
    ['flags.up-missing', (authData) => authData[32]! & 0x01, 0],
    ['authdata.rp-id-hash-zero', (authData) => authData.subarray(0, 32), new Uint8Array(32)],
    ['authdata.trailing-byte', (authData) => authData.at(-1), 0],
    ['cose.cut-off', (authData) => authData.length, 37 + 18 + 64 + 76],
    ['authdata.cut-before-flags', (authData) => authData.length, 32],
  ])('%s', async (defect, look, found) => {
    const { cause } = (await rejection(create(creationOptions(), callerWith([defect])))) as Error;
    expect(cause).toBeInstanceOf(ProtocolViolation);
    const { response, id } = await create(creationOptions(), callerWith([defect], 'relay'));
    expect(look(fromBase64url(response.authenticatorData))).toEqual(found);
    expect(response.publicKeyAlgorithm).toBe(-7);
    expect(fromBase64url(id).length).toBe(defect === 'authdata.cut-before-flags' ? 0 : 64);
  });

  test('is the same for a correct key', async () => {
    const [strict, relayed] = await Promise.all([
      create(creationOptions(), callerWith([])),
      create(creationOptions(), callerWith([], 'relay')),
    ]);
    expect(relayed).toEqual(strict);
  });
});

test('get() relays a missing flag', async () => {
  const defect: DefectId = 'flags.up-missing-at-sign-in';
  const signIn = async (checks: ClientPolicy['checks']) => {
    const context = callerWith([defect], checks);
    const { id } = await create(creationOptions(), context);
    return get({ challenge: 'AAECAwQFBgcICQoLDA0ODw', rpId, allowCredentials: [{ id, type: 'public-key' }] }, context);
  };
  expect(((await rejection(signIn('strict'))) as Error).cause).toBeInstanceOf(ProtocolViolation);
  const { response } = await signIn('relay');
  expect(fromBase64url(response.authenticatorData)[32]! & 0x01).toBe(0);
});
