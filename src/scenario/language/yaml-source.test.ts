import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryAt, toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';
import { readYaml } from './yaml-source.ts';

const read = (text: string) => readYaml(text, 'a.yaml');
const errorsIn = (text: string) =>
  read(text).diagnostics.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  );

test('every value has its location and that of its key', () => {
  const root = parseYaml('a: 1\nb:\n  - x\n  - { c: "two", d: >\n  }\n'.replace(', d: >\n  }', ' }'));
  expect(toPlainValue(root)).toEqual({ a: 1, b: ['x', { c: 'two' }] });
  expect(entryAt(root, ['b'])?.key).toEqual({ file: 'a.yaml', line: 2, column: 1, endColumn: 2 });
  expect(entryAt(root, ['b', 1, 'c'])).toMatchObject({
    key: { line: 4, column: 7, endColumn: 8 },
    value: { at: { line: 4, column: 10, endColumn: 15 } },
  });
});

test('on, off, yes and no are text, as in YAML 1.2', () => {
  expect(toPlainValue(parseYaml('[on, off, yes, no, true, 0o17, 1_000]'))).toEqual([
    'on',
    'off',
    'yes',
    'no',
    true,
    15,
    '1_000',
  ]);
});

describe('invalid input is reported at its location', () => {
  test.each([
    ['a: 1\nb: 2\na: 3', ['3:1 Duplicate key "a" | First used in line 1']],
    ['a: [1, 2', ['1:9 Flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['a: 1\n---\nb: 2', ['2:1 Expected one document in the file, found another one after ---']],
    ['', ['1:1 The file is empty']],
    ['%YAML 1.1\n---\na: yes', ['1:1 Expected YAML 1.2: remove the %YAML directive']],
    ['a: *b\nb: &b 1', ['1:4 Alias *b has no anchor &b before it']],
    ['a: &a [*a]', ['1:8 Alias *a has no anchor &a before it']],
    ['a: .nan', ['1:4 Expected text, a finite number, true, false or null']],
    ['a: !!binary aGk=', ['1:13 Expected text, a finite number, true, false or null']],
    ['? [1, 2]\n: 3', ['1:3 Expected text as a key']],
    ['a:\n  - b: 1\n\t- c: 2', ['3:1 Tabs are not allowed as indentation']],
    ['a: b: c', ['1:4 Expected one value; a text that contains a colon and a space has to be in quotes']],
    ['a: { b: c: d }', ['1:9 Expected one value; a text that contains a colon and a space has to be in quotes']],
    ['a: 1\nb\nc: 3', ['2:1 Expected a colon and a value after the key']],
    [`${'['.repeat(50)}`, ['1:1 Brackets are nested more than 40 deep']],
    [`${'- '.repeat(50)}x`, ['1:83 Values are nested more than 40 deep']],
    ['x'.repeat(70_000), ['1:1 The file has more than 64 Ki characters']],
  ])('%#', (text, expected) => expect(errorsIn(text)).toEqual(expected));
});

test('aliases that multiply are rejected before they are expanded', () => {
  const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`);
  expect(errorsIn(['a0: &a0 [x]', ...levels].join('\n'))).toEqual([
    '1:1 The file has more than 20000 values: check whether its aliases multiply',
  ]);
});

test.each([
  ['brackets', '['],
  ['maps', '{a: '],
  ['dashes', '- '],
  ['keys', '? '],
  ['anchors', '&a '],
  ['tags', '!a '],
  ['aliases', '*a,'],
  ['colons', 'a: '],
  ['quotes', '"'],
  ['blocks', 'a: |\n'],
  ['documents', '---\n'],
])('a file that consists of %s is parsed or rejected in time', (_, part) => {
  const text = part.repeat(Math.floor(64_000 / part.length));
  const { root, diagnostics } = read(text);
  expect(root !== undefined || diagnostics.length > 0).toBe(true);
});

test('maps that are nested too deep by indentation are reported', () => {
  const stairs = Array.from({ length: 150 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
  expect(errorsIn(stairs)[0]).toBe('42:42 Values are nested more than 40 deep');
});

test('only the first fifty errors of a file are reported', () => {
  const reported = errorsIn('a: 1\n'.repeat(71));
  expect(reported).toHaveLength(51);
  expect(reported.at(-1)).toBe('52:1 20 more errors follow');
});

test('an alias has the value and the location of its anchor', () => {
  const root = parseYaml('a: &x { b: 1 }\nc: *x');
  expect(toPlainValue(root)).toEqual({ a: { b: 1 }, c: { b: 1 } });
  expect(entryAt(root, ['c', 'b'])?.key.line).toBe(1);
});

test('readYaml throws for no text', () => {
  const fragment = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '&x ',
    '*x',
    '!!int ',
    '"',
    "'",
    '|',
    '>',
    '#',
    '%',
    '---',
    '?',
    '\t',
    '0',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (source) => {
      const { root, diagnostics } = read(source);
      expect(root !== undefined || diagnostics.length > 0).toBe(true);
      for (const { line, column } of diagnostics) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 200 },
  );
});
