import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { inflate } from './inflate.ts';

const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE];
const text = (length: number) => Array.from({ length }, (_, index) => `${index} ${index * index} `).join('');

describe('inflate', () => {
  it('returns what was compressed, for every level and strategy', () => {
    const repetitive = fc
      .array(fc.constantFrom('getInfo', 'makeCredential', ' ', 'a1b2', '\u{1F511}'))
      .map((parts) => utf8(parts.join('')));
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 2000 }), repetitive),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(...strategies),
        (bytes, level, strategy) => {
          expect(Buffer.from(inflate(deflateRawSync(bytes, { level, strategy })))).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a text longer than the window', utf8(text(30_000))],
    ['a million equal bytes', new Uint8Array(1_000_000).fill(7)],
    [
      '200,000 bytes without repetition',
      Uint8Array.from({ length: 200_000 }, (_, index) => (index * 2_654_435_761) >>> 13),
    ],
  ])('returns %s', (_, bytes) => {
    for (const level of [0, 1, 9]) expect(Buffer.compare(inflate(deflateRawSync(bytes, { level })), bytes)).toBe(0);
  });

  it('throws for data that ends early', () => {
    const data = deflateRawSync(utf8(text(200)));
    for (let length = 0; length < data.length; length++)
      expect(() => inflate(data.subarray(0, length))).toThrow(/^Cannot decompress: /);
  });

  it('ends for damaged data, with wrong bytes or an error', () => {
    const data = deflateRawSync(utf8(text(200)));
    for (let at = 0; at < data.length; at++) {
      const damaged = Uint8Array.from(data);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      try {
        inflate(damaged);
      } catch (error) {
        expect(String(error)).toMatch(/Cannot decompress: /);
      }
    }
  });

  it('refuses the block type that does not exist', () => {
    expect(() => inflate(Uint8Array.of(0b111))).toThrow('got 3');
  });
});
