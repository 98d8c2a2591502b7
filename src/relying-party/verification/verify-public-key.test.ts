import { describe, expect, it } from 'vitest';
import { concat, fromHex } from '#base/bytes.ts';
import { type CborMap, type CborValue, Raw } from '#protocol/cbor.ts';
import { itRefuses, type RefusedCases, verify } from './testing/refused-cases.ts';
import { testKey } from './testing/registration.ts';

/** `key` with members replaced; undefined removes one. */
const changedKey = (changes: [number, CborValue | undefined][], key: CborMap = testKey.publicKey): CborMap => {
  const map = new Map(key);
  for (const [label, value] of changes) value === undefined ? map.delete(label) : map.set(label, value);
  return map;
};

describe('public key (step 20)', () => {
  const rsa = (n: Uint8Array, e: number[]) =>
    new Map<number, CborValue>([
      [1, 3],
      [3, -257],
      [-1, n],
      [-2, Uint8Array.from(e)],
    ]);
  const modulus = new Uint8Array(256).fill(0xc1);
  /** A key of Ed25519 with this encoding of a point, hex. */
  const okp = (x: string) =>
    new Map<number, CborValue>([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, fromHex(x)],
    ]);
  /** Order 1, 2, 4 and 8: RFC 8032 has no key for them, and 0 || S verifies for any message. */
  const smallOrder = {
    1: `01${'00'.repeat(31)}`,
    2: `ec${'ff'.repeat(30)}7f`,
    4: '00'.repeat(32),
    8: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  };
  const edwards: RefusedCases = {
    'with an Edwards point whose y is 2^255 - 1': ['public-key-invalid', { publicKey: okp('ff'.repeat(32)) }],
    'with an Edwards point whose y is p': ['public-key-invalid', { publicKey: okp(`ed${'ff'.repeat(30)}7f`) }],
    'with an Edwards y that no point has': ['public-key-invalid', { publicKey: okp(`02${'00'.repeat(31)}`) }],
    'with x = 0 and its sign bit set': ['public-key-invalid', { publicKey: okp(`01${'00'.repeat(30)}80`) }],
    ...Object.fromEntries(
      Object.entries(smallOrder).map(([order, point]) => [
        `with an Edwards point of order ${order}`,
        ['public-key-invalid', { publicKey: okp(point) }],
      ]),
    ),
  };
  itRefuses(edwards);
  itRefuses({
    'with an algorithm that was not requested': ['algorithm-not-allowed', { publicKey: changedKey([[3, -35]]) }],
    'without algorithm': ['public-key-invalid', { publicKey: changedKey([[3, undefined]]) }],
    'with another key type': ['public-key-invalid', { publicKey: changedKey([[1, 1]]) }],
    'with another curve': ['public-key-invalid', { publicKey: changedKey([[-1, 2]]) }],
    'with a short x': ['public-key-invalid', { publicKey: changedKey([[-2, new Uint8Array(31)]]) }],
    'with a compressed point': ['public-key-invalid', { publicKey: changedKey([[-3, true]]) }],
    'with a point that is not on its curve': [
      'public-key-invalid',
      { publicKey: changedKey([[-3, new Uint8Array(32).fill(7)]]) },
    ],
    'with the private part': ['public-key-invalid', { publicKey: changedKey([[-4, new Uint8Array(32)]]) }],
    'if its encoding is not canonical': [
      'auth-data-invalid',
      { publicKey: changedKey([[3, new Raw(Uint8Array.of(0x38, 0x06))]]) }, // -7 in two bytes
    ],
    'with RSA of 1024 bits': ['public-key-invalid', { publicKey: rsa(modulus.subarray(0, 128), [1, 0, 1]) }],
    'with RSA and e = 1': ['public-key-invalid', { publicKey: rsa(modulus, [1]) }],
    'with RSA and an even modulus': ['public-key-invalid', { publicKey: rsa(modulus.with(-1, 0xc0), [1, 0, 1]) }],
    'with RSA of 2047 bits': ['public-key-invalid', { publicKey: rsa(modulus.with(0, 0x41), [1, 0, 1]) }],
    'with RSA and a leading zero': [
      'public-key-invalid',
      { publicKey: rsa(concat(Uint8Array.of(0), modulus), [1, 0, 1]) },
    ],
  });

  it('accepts an RSA key', async () => {
    expect(await verify({ publicKey: rsa(modulus, [1, 0, 1]) })).toMatchObject({ credential: { algorithm: -257 } });
  });
});
