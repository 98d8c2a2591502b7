import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merge, withEntry, withoutNulls } from './merge.ts';
import { entryAt, type MapNode, type SourceNode, toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';

const node = (value: unknown, file = 'base.yaml'): SourceNode => parseYaml(JSON.stringify(value), file);
const merged = (base: unknown, over: unknown) => toPlainValue(merge(node(base), node(over)));

/** RFC 7396, appendix A. */
test.each<[base: unknown, over: unknown, result: unknown]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merges %j and %j as JSON Merge Patch does', (base, over, result) => {
  expect(merged(base, over)).toEqual(result);
});

test('keeps null in lists, which are replaced as a whole', () => {
  expect(merged({ a: [1] }, { a: [null, { b: null }] })).toEqual({ a: [null, { b: null }] });
});

test('withoutNulls removes every entry with null, but none inside a list', () => {
  const plain = toPlainValue(withoutNulls(node({ a: null, b: { c: null, d: [null] } }) as MapNode));
  expect(plain).toEqual({ b: { d: [null] } });
});

test('keeps the locations of both files', () => {
  const result = merge(node({ a: { b: 1 } }), node({ a: { c: 2 } }, 'over.yaml'));
  expect(entryAt(result, ['a', 'b'])?.key.file).toBe('base.yaml');
  expect(entryAt(result, ['a', 'c'])?.key.file).toBe('over.yaml');
});

test('withEntry creates missing maps on the path', () => {
  const entry = { key: node(0).at, value: node('firefox') };
  expect(toPlainValue(withEntry(node({ browser: { dialog: 'x' } }) as MapNode, ['browser', 'engine'], entry))).toEqual({
    browser: { dialog: 'x', engine: 'firefox' },
  });
  expect(toPlainValue(withEntry(node({ browser: 1 }) as MapNode, ['browser', 'engine'], entry))).toEqual({
    browser: { engine: 'firefox' },
  });
});

test('withEntry removes the entry at the path if its value is null', () => {
  const entry = { key: node(0).at, value: node(null) };
  const base = node({ browser: { dialog: 'x', engine: 'y' } }) as MapNode;
  expect(toPlainValue(withEntry(base, ['browser', 'engine'], entry))).toEqual({ browser: { dialog: 'x' } });
  expect(toPlainValue(withEntry(base, ['browser'], entry))).toEqual({});
});

const key = fc.constantFrom('a', 'b', 'c');
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 2 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

test('merge is idempotent, an empty map changes nothing, and no null of the upper map stays', () => {
  const map = fc.dictionary(key, tree, { noNullPrototype: true });
  const laws = fc.property(map, map, (a, b) => {
    expect(merged(merged(a, b), b)).toEqual(merged(a, b));
    expect(merged(a, {})).toEqual(a);
    const upper = merged({}, a);
    expect(merged({}, upper)).toEqual(upper);
    expect(JSON.stringify(upper)).not.toContain('null');
  });
  fc.assert(laws);
});
