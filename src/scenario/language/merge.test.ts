import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merge, withEntry } from './merge.ts';
import { entryAt, type MapNode, plain, type SourceNode } from './source-node.ts';
import { readYaml } from './yaml-source.ts';

const node = (value: unknown, file = 'base.yaml'): SourceNode => readYaml(JSON.stringify(value), file).root!;
const merged = (base: unknown, over: unknown) => plain(merge(node(base), node(over)));

test('maps merge, lists and values replace, null takes away', () => {
  expect(merged({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3], e: 2 } })).toEqual({
    a: { b: 1, c: [3], e: 2 },
    d: 1,
  });
  expect(merged({ pin: 'unset' }, { pin: { set: '1' } })).toEqual({ pin: { set: '1' } });
  expect(merged({ a: 1, b: 2 }, { a: null, c: null })).toEqual({ b: 2, c: null });
});

test('what is merged keeps the places of where it came from', () => {
  const result = merge(node({ a: { b: 1 } }), node({ a: { c: 2 } }, 'over.yaml'));
  expect(entryAt(result, ['a', 'b'])!.key.file).toBe('base.yaml');
  expect(entryAt(result, ['a', 'c'])!.key.file).toBe('over.yaml');
});

test('a dotted path is made where it is missing', () => {
  const entry = { key: node(0).at, value: node('firefox') };
  expect(plain(withEntry(node({ browser: { dialog: 'x' } }) as MapNode, ['browser', 'channel'], entry))).toEqual({
    browser: { dialog: 'x', channel: 'firefox' },
  });
  expect(plain(withEntry(node({ browser: 1 }) as MapNode, ['browser', 'channel'], entry))).toEqual({
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

test('merging the same again changes nothing, and an empty map is neutral', () => {
  const map = fc.dictionary(key, tree, { noNullPrototype: true });
  const laws = fc.property(map, map, (a, b) => {
    expect(merged(merged(a, b), b)).toEqual(merged(a, b));
    expect(merged(a, {})).toEqual(a);
    expect(merged({}, a)).toEqual(a);
  });
  fc.assert(laws);
});
