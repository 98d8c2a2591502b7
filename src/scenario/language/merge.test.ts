import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merge, withEntry } from './merge.ts';
import { entryAt, type MapNode, type SourceNode, toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';

const node = (value: unknown, file = 'base.yaml'): SourceNode => parseYaml(JSON.stringify(value), file);
const merged = (base: unknown, over: unknown) => toPlainValue(merge(node(base), node(over)));

test('merges maps, replaces lists and scalars, and removes with null', () => {
  expect(merged({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3], e: 2 } })).toEqual({
    a: { b: 1, c: [3], e: 2 },
    d: 1,
  });
  expect(merged({ pin: 'unset' }, { pin: { set: '1' } })).toEqual({ pin: { set: '1' } });
  expect(merged({ a: 1, b: 2 }, { a: null, c: null })).toEqual({ b: 2, c: null });
});

test('keeps the locations of both files', () => {
  const result = merge(node({ a: { b: 1 } }), node({ a: { c: 2 } }, 'over.yaml'));
  expect(entryAt(result, ['a', 'b'])?.key.file).toBe('base.yaml');
  expect(entryAt(result, ['a', 'c'])?.key.file).toBe('over.yaml');
});

test('withEntry creates missing maps on the path', () => {
  const entry = { key: node(0).at, value: node('firefox') };
  expect(toPlainValue(withEntry(node({ browser: { dialog: 'x' } }) as MapNode, ['browser', 'channel'], entry))).toEqual(
    {
      browser: { dialog: 'x', channel: 'firefox' },
    },
  );
  expect(toPlainValue(withEntry(node({ browser: 1 }) as MapNode, ['browser', 'channel'], entry))).toEqual({
    browser: { channel: 'firefox' },
  });
});

const key = fc.constantFrom('a', 'b', 'c');
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.array(fc.integer(), { maxLength: 2 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

test('merge is idempotent, and an empty map changes nothing', () => {
  const map = fc.dictionary(key, tree, { noNullPrototype: true });
  const laws = fc.property(map, map, (a, b) => {
    expect(merged(merged(a, b), b)).toEqual(merged(a, b));
    expect(merged(a, {})).toEqual(a);
    expect(merged({}, a)).toEqual(a);
  });
  fc.assert(laws);
});
