/** Tests the encoder and the strict decoder with the examples of the RFC and against two other implementations, cborg and cbor-x. */

import { Decoder } from 'cbor-x';
import { decode as cborgDecode, encode as cborgEncode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '#base/bytes.ts';
import { type CborValue, encode, encodeMessage, Raw } from './cbor.ts';
import { type CborRule, cborRules, decode, decodeFirst, inspect } from './cbor-reader.ts';
import { ProtocolViolation } from './errors.ts';

/** The examples of RFC 8949 appendix A with types that CTAP allows. */
const examples: [CborValue, string][] = [
  [0, '00'],
  [10, '0a'],
  [23, '17'],
  [24, '1818'],
  [100, '1864'],
  [1000, '1903e8'],
  [1000000, '1a000f4240'],
  [1000000000000, '1b000000e8d4a51000'],
  [18446744073709551615n, '1bffffffffffffffff'],
  [-1, '20'],
  [-10, '29'],
  [-100, '3863'],
  [-1000, '3903e7'],
  [-18446744073709551616n, '3bffffffffffffffff'],
  [false, 'f4'],
  [true, 'f5'],
  [null, 'f6'],
  [new Uint8Array(0), '40'],
  [fromHex('01020304'), '4401020304'],
  ['', '60'],
  ['a', '6161'],
  ['IETF', '6449455446'],
  ['"\\', '62225c'],
  ['ü', '62c3bc'],
  ['水', '63e6b0b4'],
  ['𐅑', '64f0908591'],
  [[], '80'],
  [[1, [2, 3], [4, 5]], '8301820203820405'],
  [new Map(), 'a0'],
  [
    new Map([
      [1, 2],
      [3, 4],
    ]),
    'a201020304',
  ],
  [
    new Map<string, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
    'a26161016162820203',
  ],
];

describe('RFC 8949 appendix A', () => {
  it.each(examples)('encodes %o as %s and decodes it', (value, hex) => {
    expect(toHex(encode(value))).toBe(hex);
    expect(decode(fromHex(hex))).toEqual(value);
  });
});

describe('encode', () => {
  it('sorts keys by major type, length, bytes (CTAP 2.1 section 8)', () => {
    const map = new Map<string | number, number>([
      ['aa', 0],
      ['b', 0],
      [-1, 0],
      [1000, 0],
      [24, 0],
      [-25, 0],
      ['a', 0],
      [1, 0],
    ]);
    expect([...(decode(encode(map)) as Map<string | number, number>).keys()]).toEqual([
      1,
      24,
      1000,
      -1,
      -25,
      'a',
      'b',
      'aa',
    ]);
  });

  it('sorts text keys by their UTF-8 bytes, not by their characters', () => {
    const keys = ['水', 'zzz', 'é', 'zz', '\u{1f511}', '\uffee~', 'z'];
    const map = new Map(keys.map((key) => [key, 0]));
    expect([...(decode(encode(map)) as Map<string, number>).keys()]).toEqual([
      'z',
      'zz',
      'é',
      'zzz',
      '水',
      '\uffee~',
      '\u{1f511}',
    ]);
  });

  it('encodes a message as the first byte and optional parameters', () => {
    expect(toHex(encodeMessage(0x04))).toBe('04');
    expect(toHex(encodeMessage(0x06, new Map([[1, 2]])))).toBe('06a10102');
  });

  it('writes raw bytes unchanged, and values larger than its buffer', () => {
    expect(toHex(encode([new Raw(fromHex('1800')), 1]))).toBe('82180001');
    expect(encode(new Uint8Array(10_000)).length).toBe(10_003);
    expect(encode('x'.repeat(70_000)).length).toBe(70_005);
  });

  it.each([1.5, Number.NaN, 2n ** 64n, undefined as unknown as number, { a: 1 } as unknown as number])(
    'rejects %s',
    (value) => {
      expect(() => encode(value)).toThrow(RangeError);
      expect(toHex(encode(1)), 'encoding after the error').toBe('01');
    },
  );
});

describe('decode', () => {
  it.each<[CborRule, number, string]>([
    ['truncated', 0, ''],
    ['truncated', 0, '18'],
    ['truncated', 0, '4401'],
    ['truncated', 0, '9a7fffffff'],
    ['truncated', 0, 'bb7fffffffffffffff'],
    ['truncated', 0, 'a101'],
    ['truncated', 2, 'a10118'],
    ['reserved', 0, '1c'],
    ['indefinite', 0, '5f4101ff'],
    ['indefinite', 0, '9fff'],
    ['indefinite', 0, 'bfff'],
    ['float', 0, 'f90000'],
    ['float', 1, '81fb3ff8000000000000'],
    ['simple', 0, 'f7'],
    ['simple', 0, 'f8ff'],
    ['depth', 4, '818181818101'],
    ['key-type', 1, 'a14100f5'],
    ['non-minimal', 0, '1817'],
    ['non-minimal', 0, '1900ff'],
    ['non-minimal', 0, '1a0000ffff'],
    ['non-minimal', 0, '1b00000000ffffffff'],
    ['non-minimal', 1, 'a1180101'],
    ['unsorted', 3, 'a202000100'],
    ['unsorted', 4, 'a2616200010a'],
    ['duplicate-key', 3, 'a201000100'],
    ['tag', 0, 'c100'],
    ['utf8', 0, '62c328'],
    ['trailing', 1, '0000'],
  ])('reports rule %s at offset %i in %s', (rule, offset, hex) => {
    const first = inspect(fromHex(hex)).findings[0];
    expect(first).toEqual({ rule, offset });
    expect(() => decode(fromHex(hex))).toThrow(expect.objectContaining({ rule: `cbor.${rule}`, offset }));
  });

  it('continues after the violation of a rule that is not fatal', () => {
    const { value, findings } = inspect(fromHex('a302181701000100'));
    expect(findings.map(({ rule }) => rule)).toEqual(['non-minimal', 'unsorted', 'duplicate-key']);
    expect(value).toEqual(
      new Map([
        [2, 23],
        [1, 0],
      ]),
    );
  });

  it('returns copies of the input', () => {
    const input = fromHex('420102');
    const value = decode(input) as Uint8Array;
    input.fill(0);
    expect(value).toEqual(fromHex('0102'));
  });

  it('decodeFirst returns the end of the first item', () => {
    expect(decodeFirst(fromHex('ff820102ff'), 1)).toEqual({ value: [1, 2], end: 4 });
  });
});

const key = fc.oneof(fc.maxSafeInteger(), fc.string({ unit: 'grapheme', maxLength: 12 }));
const { value: anyValue } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
  ),
}));

describe('Random values', () => {
  const runs = { numRuns: 1500, seed: 20 };
  it('are decoded to the encoded value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
      runs,
    );
  });

  it('are encoded to the same bytes as by cborg', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(toHex(encode(value))).toBe(toHex(cborgEncode(value)));
      }),
      runs,
    );
  });

  it('are decoded to the same value by cborg and cbor-x', () => {
    const lenient = new Decoder({
      useRecords: false,
      mapsAsObjects: false,
      copyBuffers: true,
      int64AsNumber: true,
    } as object);
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encode(value);
        expect(normalize(cborgDecode(bytes, { useMaps: true }))).toEqual(normalize(value));
        expect(normalize(lenient.decode(Buffer.from(bytes)))).toEqual(normalize(value));
      }),
      runs,
    );
  });

  it('random bytes are decoded to a value that encodes to the same bytes, or rejected with a ProtocolViolation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          expect(toHex(encode(decode(bytes)))).toBe(toHex(bytes));
        } catch (error) {
          if (!(error instanceof ProtocolViolation)) throw error;
        }
      }),
      { numRuns: 5000, seed: 21 },
    );
  });

  it('findings for corrupted bytes have a known rule and an offset in the input', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = concat(encode(value));
        bytes[at % bytes.length] = byte;
        for (const { rule, offset } of inspect(bytes).findings) {
          expect(cborRules).toHaveProperty(rule);
          expect(offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      runs,
    );
  });
});

/** Makes values comparable: the other implementations return byte strings as Buffer, and large numbers as bigint. */
function normalize(value: unknown): unknown {
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(normalize);
  if (value instanceof Map)
    return new Map([...value].map(([entry, content]) => [normalize(entry), normalize(content)]));
  return value;
}
