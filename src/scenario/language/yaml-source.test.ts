import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryAt, plain } from './source-node.ts';
import { readYaml } from './yaml-source.ts';

const read = (text: string) => readYaml(text, 'a.yaml');
const mistakes = (text: string) =>
  read(text).diagnostics.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  );

test('every value knows where it and its key were written', () => {
  const { root } = read('a: 1\nb:\n  - x\n  - { c: "two", d: >\n  }\n'.replace(', d: >\n  }', ' }'));
  expect(plain(root!)).toEqual({ a: 1, b: ['x', { c: 'two' }] });
  expect(entryAt(root!, ['b'])!.key).toEqual({ file: 'a.yaml', line: 2, column: 1, endColumn: 2 });
  expect(entryAt(root!, ['b', 1, 'c'])).toMatchObject({
    key: { line: 4, column: 7, endColumn: 8 },
    value: { at: { line: 4, column: 10, endColumn: 15 } },
  });
});

test('words are those of YAML 1.2: on, off, yes and no are text', () => {
  expect(plain(read('[on, off, yes, no, true, 0o17, 1_000]').root!)).toEqual([
    'on',
    'off',
    'yes',
    'no',
    true,
    15,
    '1_000',
  ]);
});

describe('bad input is told, at its place', () => {
  test.each([
    ['a: 1\nb: 2\na: 3', ['3:1 key "a" stands twice in one map | first on line 1']],
    ['a: [1, 2', ['1:9 Flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['a: 1\n---\nb: 2', ['2:1 Source contains multiple documents; please use YAML.parseAllDocuments()']],
    ['', ['1:1 the file is empty']],
    ['%YAML 1.1\n---\na: yes', ['1:1 scenarios are YAML 1.2; drop the %YAML directive']],
    ['a: *b\nb: &b 1', ['1:4 alias *b has no anchor &b before it']],
    ['a: &a [*a]', ['1:8 alias *a has no anchor &a before it']],
    ['a: .nan', ['1:4 only text, finite numbers, true, false and null can stand here']],
    ['a: !!binary aGk=', ['1:13 only text, finite numbers, true, false and null can stand here']],
    ['? [1, 2]\n: 3', ['1:3 With stringKeys, all keys must be strings']],
    [`${'['.repeat(50)}`, ['1:1 brackets nest more than 40 deep']],
    [`${'- '.repeat(50)}x`, ['1:83 values nest more than 40 deep']],
    ['x'.repeat(70_000), ['1:1 the file has more than 64 Ki characters']],
  ])('%#', (text, expected) => expect(mistakes(text)).toEqual(expected));
});

test('aliases that multiply are refused before they are expanded', () => {
  const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`);
  expect(mistakes(['a0: &a0 [x]', ...levels].join('\n'))).toEqual([
    '1:1 the file stands for more than 20000 values; do its aliases multiply?',
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
])('a file full of %s is read or refused, in time', (_, part) => {
  const text = part.repeat(Math.floor(64_000 / part.length));
  const { root, diagnostics } = read(text);
  expect(root !== undefined || diagnostics.length > 0).toBe(true);
});

test('the deepest staircase that is not refused by its indentation is told', () => {
  const stairs = Array.from({ length: 150 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
  expect(mistakes(stairs)[0]).toBe('42:42 values nest more than 40 deep');
});

test('of very many mistakes in one file, the first fifty are told', () => {
  const told = mistakes('a: 1\n'.repeat(71));
  expect(told).toHaveLength(51);
  expect(told.at(-1)).toBe('52:1 20 more mistakes follow');
});

test('an alias stands for the value of its anchor, with the place of the anchor', () => {
  const { root } = read('a: &x { b: 1 }\nc: *x');
  expect(plain(root!)).toEqual({ a: { b: 1 }, c: { b: 1 } });
  expect(entryAt(root!, ['c', 'b'])!.key.line).toBe(1);
});

test('never throws, whatever the text', () => {
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
