import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeColumn, encodeColumn } from './columns.ts';

/** Encodes as the report does: through JSON. */
const throughJson = (values: readonly unknown[]) =>
  decodeColumn(JSON.parse(JSON.stringify(encodeColumn(values))), values.length);

/** JSON has no negative zero. */
const isJson = (value: unknown) => JSON.stringify(JSON.parse(JSON.stringify(value))) === JSON.stringify(value);
const jsonValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));

describe('columns', () => {
  it('return any JSON values unchanged', () => {
    fc.assert(
      fc.property(fc.array(jsonValue), (values) => {
        expect(throughJson(values)).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  it('return records with absent members, lists and times unchanged', () => {
    const time = fc.integer({ min: -100, max: 1e7 }).map((whole) => whole / 100);
    const record = fc.record(
      {
        id: fc.string(),
        at: time,
        any: fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isJson),
        tags: fc.array(fc.string()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.record({ list: fc.array(record) })), (values) => {
        expect(throughJson(values)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['no values', []],
    ['records without members', [{}, {}]],
    ['members with the names of built-in ones', [JSON.parse('{"__proto__":1,"constructor":"x"}'), { toString: 'y' }]],
    ['null beside records', [null, { a: 1 }, 'x', [2]]],
    ['numbers that two decimals cannot express', [0.001, 1e300, 5e-324, 2 ** 53]],
  ])('return %s unchanged', (_, values) => {
    expect(JSON.stringify(throughJson(values))).toBe(JSON.stringify(values));
  });

  it('leave out undefined members and keep undefined values in their places', () => {
    expect(throughJson([{ a: undefined, b: 1 }, undefined, { b: 2 }])).toStrictEqual([{ b: 1 }, undefined, { b: 2 }]);
  });

  it('write a repeated text once, and ascending times as differences', () => {
    const values = Array.from({ length: 50 }, (_, index) => ({ phase: 'rp-options', atMs: 1000 + index * 1.25 }));
    const json = JSON.stringify(encodeColumn(values));
    expect(json.match(/rp-options/g)).toHaveLength(1);
    expect(json.length).toBeLessThan(400);
  });
});
