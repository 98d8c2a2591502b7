import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase85, encodeBase85 } from './base85.ts';

describe('base 85', () => {
  it('returns any bytes unchanged, with five characters for four bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = encodeBase85(bytes);
        expect(decodeBase85(text)).toEqual(bytes);
        expect(text).toHaveLength(Math.ceil(bytes.length * 1.25));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['the lowest', 0],
    ['the highest', 255],
  ])('returns %s bytes unchanged in every length of the last group', (_, value) => {
    for (let length = 0; length < 10; length++) {
      const bytes = new Uint8Array(length).fill(value);
      expect(decodeBase85(encodeBase85(bytes))).toEqual(bytes);
    }
  });

  it('uses no character that has a meaning in HTML', () => {
    const everyByte = Uint8Array.from({ length: 65_536 }, (_, index) => (index * 7919) >> 3);
    expect(encodeBase85(everyByte)).toMatch(/^[!-~]+$/);
    expect(encodeBase85(everyByte)).not.toMatch(/["$%&'<>\\`]/);
  });

  it('refuses a character outside its alphabet', () => {
    expect(() => decodeBase85('!!<!!')).toThrow('Expected a base 85 character at position 2, got "<"');
    expect(() => decodeBase85('!!é!!')).toThrow('position 2');
  });
});
