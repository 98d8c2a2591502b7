/** The serialized large-blob array: other credentials' blobs, malformed entries, and limits of the decompression. */
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, fromHex } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { sha256 } from '#protocol/crypto.ts';
import { compressBlob, decompressBlob, findBlob, replaceBlob } from './large-blob-array.ts';

/** The array of a new key, CTAP 2.1 section 6.10.2. */
const empty = fromHex('8076be8b528d0075f7aae98d6fa57a6d3c');
const random = seededRandom('large blobs');
const [alice, bob] = [random.bytes(32), random.bytes(32)];
const blob = (value: number, length = 40) => new Uint8Array(length).fill(value);
const serialize = (content: Uint8Array) => concat(content, sha256(content).slice(0, 16));
const entriesOf = (array: Uint8Array) => decode(array.slice(0, -16)) as CborValue[];

describe('replaceBlob() and findBlob()', () => {
  test('an empty array has no blob, and gets one', () => {
    expect(findBlob(empty, alice)).toBeUndefined();
    const array = replaceBlob(empty, alice, blob(1), random);
    expect(findBlob(array, alice)).toEqual(blob(1));
    expect(findBlob(array, bob)).toBeUndefined();
  });

  test('a blob replaces the earlier one of the same key and keeps those of others', () => {
    let array = replaceBlob(empty, alice, blob(1), random);
    array = replaceBlob(array, bob, blob(2), random);
    array = replaceBlob(array, alice, blob(3), random);
    expect(entriesOf(array)).toHaveLength(2);
    expect([findBlob(array, alice), findBlob(array, bob)]).toEqual([blob(3), blob(2)]);
  });

  test('entries of other programs stay, also malformed ones', () => {
    const foreign: CborValue[] = [5, 'text', new Map(), new Map<number, CborValue>([[1, 'x']])];
    const array = replaceBlob(serialize(encode(foreign)), alice, blob(1), random);
    expect(entriesOf(array).slice(0, 4)).toEqual(foreign);
    expect(findBlob(array, alice)).toEqual(blob(1));
  });

  test.each([
    ['a wrong hash', empty.with(5, 0)],
    ['no bytes', new Uint8Array(0)],
    ['fewer bytes than a hash', new Uint8Array(3)],
    ['content that is no array', serialize(encode(new Map()))],
    ['content that is not CBOR', serialize(new Uint8Array([0xff]))],
  ])('an array with %s counts as empty', (_case, array) => {
    expect(findBlob(array, alice)).toBeUndefined();
    expect(findBlob(replaceBlob(array, alice, blob(1), random), alice)).toEqual(blob(1));
  });

  test('an entry with another original size is not authentic', () => {
    const [entry] = entriesOf(replaceBlob(empty, alice, blob(1), random));
    const changed = new Map(entry as Map<number, CborValue>).set(3, 39);
    expect(findBlob(serialize(encode([changed])), alice)).toBeUndefined();
  });

  test('any bytes are an array with or without a blob', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void findBlob(serialize(bytes), alice)));
  });
});

describe('decompressBlob()', () => {
  test('returns what was compressed', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decompressBlob(compressBlob(bytes), bytes.length)).toEqual(bytes);
      }),
    );
  });

  test.each([
    ['more bytes than announced', deflateRawSync(blob(1, 100)), 99],
    ['fewer bytes than announced', deflateRawSync(blob(1, 100)), 101],
    ['a hundred times the announced size', deflateRawSync(blob(1, 1_000_000)), 100],
    ['an impossible size', deflateRawSync(blob(1)), 2 ** 40],
    ['data that is not compressed', blob(1), 40],
  ])('refuses %s', (_case, compressed, originalSize) => {
    expect(decompressBlob(compressed, originalSize)).toBeUndefined();
  });
});
