import { expect, it } from 'vitest';
import { concat, toHex } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { ManagementPlatform } from '../testing/management-platform.ts';

const empty = '8076be8b528d0075f7aae98d6fa57a6d3c';
const { lbw } = permissions;
const array = (length: number) => {
  const content = new Uint8Array(length - 16).fill(7);
  return concat(content, sha256(content).subarray(0, 16));
};

it('is initially the empty array of section 6.10', async () => {
  expect(toHex(defined((await ManagementPlatform.of().readBlob(1024)).response.config))).toBe(empty);
});

it('writes in fragments; the old array is read until the last one is written', async () => {
  const manager = ManagementPlatform.of();
  const [whole, token] = [array(1000), await manager.token(lbw)];
  expect(await manager.writeBlob(whole.subarray(0, 400), 0, 1000, token)).toBe('CTAP2_OK');
  expect(toHex(defined((await manager.readBlob(1024)).response.config))).toBe(empty);
  expect(await manager.writeBlob(whole.subarray(400), 400, undefined, token)).toBe('CTAP2_OK');
  expect((await manager.readBlob(300, 100)).response.config).toEqual(whole.slice(100, 400));
  expect((await manager.readBlob(300, 1000)).response.config).toEqual(new Uint8Array(0));
  manager.authenticator.powerCycle();
  expect((await manager.readBlob(1024)).response.config).toEqual(whole);
});

it('a wrong digest keeps the old array', async () => {
  const manager = ManagementPlatform.of();
  const broken = array(50).fill(1, 0, 1);
  expect(await manager.writeBlob(broken, 0, 50, await manager.token(lbw))).toBe('CTAP2_ERR_INTEGRITY_FAILURE');
  expect(toHex(defined((await manager.readBlob(1024)).response.config))).toBe(empty);
});

it.each<[string, string, [Uint8Array, number, number?]]>([
  ['no length', 'CTAP1_ERR_INVALID_PARAMETER', [array(50), 0]],
  ['a length of 16', 'CTAP1_ERR_INVALID_PARAMETER', [new Uint8Array(16), 0, 16]],
  ['a length of more than the capacity', 'CTAP2_ERR_LARGE_BLOB_STORAGE_FULL', [array(50), 0, 2049]],
  ['more bytes than the length', 'CTAP1_ERR_INVALID_PARAMETER', [array(50), 0, 49]],
  ['an offset without a first fragment', 'CTAP1_ERR_INVALID_SEQ', [array(50), 10]],
  ['a length after the first fragment', 'CTAP1_ERR_INVALID_PARAMETER', [array(50), 10, 60]],
])('set with %s answers %s', async (_title, status, [fragment, offset, length]) => {
  const manager = ManagementPlatform.of();
  expect(await manager.writeBlob(fragment, offset, length, await manager.token(lbw))).toBe(status);
});

it('a fragment out of order answers CTAP1_ERR_INVALID_SEQ, and the right one can still follow', async () => {
  const manager = ManagementPlatform.of();
  const [whole, token] = [array(90), await manager.token(lbw)];
  await manager.writeBlob(whole.subarray(0, 30), 0, 90, token);
  expect(await manager.writeBlob(whole.subarray(60), 60, undefined, token)).toBe('CTAP1_ERR_INVALID_SEQ');
  expect(await manager.writeBlob(whole.subarray(30), 30, undefined, token)).toBe('CTAP2_OK');
});

it('a first fragment that is refused ends the sequence of its channel (6.10.2: expectedNextOffset is then 0)', async () => {
  const manager = ManagementPlatform.of();
  const [whole, token] = [array(90), await manager.token(lbw)];
  await manager.writeBlob(whole.subarray(0, 30), 0, 90, token);
  expect(await manager.writeBlob(whole.subarray(0, 30), 0, 90, new Uint8Array(32))).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
  expect(await manager.writeBlob(whole.subarray(30), 30, undefined, token)).toBe('CTAP1_ERR_INVALID_SEQ');
});

it.each<[string, string, CborMap]>([
  ['no parameters', 'CTAP1_ERR_INVALID_PARAMETER', new Map()],
  ['no offset', 'CTAP1_ERR_INVALID_PARAMETER', new Map([[1, 10]])],
  [
    'get and set',
    'CTAP1_ERR_INVALID_PARAMETER',
    new Map<number, number | Uint8Array>([
      [1, 10],
      [2, new Uint8Array(1)],
      [3, 0],
    ]),
  ],
  [
    'get with a length',
    'CTAP1_ERR_INVALID_PARAMETER',
    new Map([
      [1, 10],
      [3, 0],
      [4, 10],
    ]),
  ],
  [
    'get with a token',
    'CTAP1_ERR_INVALID_PARAMETER',
    new Map<number, number | Uint8Array>([
      [1, 10],
      [3, 0],
      [5, new Uint8Array(32)],
    ]),
  ],
  [
    'get after the end',
    'CTAP1_ERR_INVALID_PARAMETER',
    new Map([
      [1, 10],
      [3, 18],
    ]),
  ],
  [
    'get of more than a fragment',
    'CTAP1_ERR_INVALID_LENGTH',
    new Map([
      [1, 7546],
      [3, 0],
    ]),
  ],
  [
    'an offset as text',
    'CTAP2_ERR_CBOR_UNEXPECTED_TYPE',
    new Map<number, number | string>([
      [1, 10],
      [3, '0'],
    ]),
  ],
])('a request with %s answers %s', async (_title, status, parameters) => {
  expect(await ManagementPlatform.of().sendRaw('authenticatorLargeBlobs', parameters)).toBe(status);
});

it.each([
  ['without a token', undefined, 'CTAP2_ERR_PUAT_REQUIRED'],
  ['with another permission', permissions.cm, 'CTAP2_ERR_PIN_AUTH_INVALID'],
])('a protected authenticator %s answers $2; an unprotected one writes', async (_title, permission, status) => {
  const manager = ManagementPlatform.of();
  const token = permission === undefined ? undefined : await manager.token(permission);
  expect(await manager.writeBlob(array(50), 0, 50, token)).toBe(status);
  expect(await ManagementPlatform.of({ pin: undefined, uvEnrolled: false }).writeBlob(array(50), 0, 50)).toBe(
    'CTAP2_OK',
  );
});
