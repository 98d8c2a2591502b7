import { describe, expect, test } from 'vitest';
import { type MapNode, nodeAt, toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';
import { Resolver, type Scope } from './variables.ts';

/** Resolves the entry `value` of a case. */
function resolve(text: string, more: Partial<Scope> = {}) {
  const body = parseYaml(text) as MapNode;
  const scope = { body, caseVars: undefined, personas: {}, run: { index: 3 }, env: {}, ...more };
  const resolver = new Resolver(scope);
  const value = nodeAt(resolver.resolve(body), ['value']);
  const errors = resolver.diagnostics.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  );
  return { value: value && toPlainValue(value), errors, secrets: [...resolver.secrets] };
}

describe('a value that consists of one reference has the type of its target', () => {
  test.each([
    ['{ vars: { x: 5 }, value: "${vars.x}" }', 5],
    ['{ vars: { x: true }, value: "${vars.x}" }', true],
    ['{ vars: { x: { after: 1s } }, value: "${vars.x}" }', { after: '1s' }],
    ['{ vars: { x: { y: [1, 2] } }, value: "${vars.x.y.1}" }', 2],
    ['{ vars: { x: "${vars.y}", y: 7 }, value: "${vars.x}" }', 7],
    ['{ value: "${run.index}" }', 3],
  ])('%s', (text, expected) => expect(resolve(text)).toMatchObject({ value: expected, errors: [] }));
});

test.each([
  ['{ vars: { n: 1, t: x }, value: "a-${vars.n}-${vars.t}!" }', 'a-1-x!'],
  ['{ vars: { n: 1 }, value: "$${vars.n} costs $5" }', '${vars.n} costs $5'],
  ['{ vars: { t: "$& $1" }, value: "<${vars.t}>" }', '<$& $1>'],
])('scalars are inserted into a text: %s', (text, expected) =>
  expect(resolve(text)).toMatchObject({ value: expected, errors: [] }),
);

test('a list item that refers to a list is replaced by its items', () => {
  expect(resolve('{ vars: { x: [1, 2], none: [] }, value: [0, "${vars.x}", "${vars.none}", [3]] }').value).toEqual([
    0,
    1,
    2,
    [3],
  ]);
});

test('facts of the persona are those of the persona of the case', () => {
  const personas = { key: { aaguid: 'abc' } };
  expect(
    resolve('{ vars: { p: key }, authenticator: { persona: "${vars.p}" }, value: "${persona.aaguid}" }', { personas })
      .value,
  ).toBe('abc');
  expect(resolve('{ authenticator: { persona: kay }, value: "${persona.aaguid}" }', { personas }).errors).toEqual([
    '1:43 Unknown variable "${persona.aaguid}" | This case has no known persona',
  ]);
});

test('an unknown variable as persona is reported once', () => {
  const text = '{ authenticator: { persona: "${vars.x.y}" }, value: "${persona.aaguid}" }';
  expect(resolve(text, { personas: { key: { aaguid: 'abc' } } }).errors).toEqual([
    '1:29 Unknown variable "${vars.x.y}" | Allowed: run.index',
    '1:53 Unknown variable "${persona.aaguid}" | This case has no known persona',
  ]);
});

test('secrets are read from the environment or their default, and collected', () => {
  expect(resolve('value: "${secret:PIN}"', { env: { PIN: '97' } })).toEqual({
    value: '97',
    errors: [],
    secrets: ['97'],
  });
  expect(resolve('value: "<${secret:PIN:-12}>"')).toEqual({ value: '<12>', errors: [], secrets: ['12'] });
  expect(resolve('value: "${secret:PIN}"', { env: { PIM: '97' } })).toEqual({
    value: null,
    errors: ['1:8 The environment does not set PIN | The environment sets PIM'],
    secrets: [],
  });
});

describe('errors', () => {
  test.each([
    [
      '{ vars: { user: 1 }, value: "${vars.usr}" }',
      ['1:29 Unknown variable "${vars.usr}" | Did you mean "vars.user"? Allowed: vars.user, run.index'],
    ],
    [
      '{ vars: { x: "${vars.y}", y: "${vars.x}" }, value: 1 }',
      ['1:14 The reference "${vars.y}" refers to itself | vars.y -> vars.x -> vars.y'],
    ],
    ['{ vars: { x: {} }, value: "a ${vars.x}" }', ['1:27 Cannot insert "${vars.x}" into a text: it is a map']],
    ['value: "${vars.x"', ['1:8 Expected "}" at the end of the reference | Write $${ for a literal ${']],
    [
      'value: "${__proto__.x} ${vars.constructor}"',
      [
        '1:8 Unknown variable "${__proto__.x}" | Allowed: run.index',
        '1:8 Unknown variable "${vars.constructor}" | Allowed: run.index',
      ],
    ],
  ])('%s', (text, expected) => expect(resolve(text).errors).toEqual(expected));
});

test.each([
  ['lists', (n: number) => `a${n + 1}: ["\${vars.a${n}}", "\${vars.a${n}}", "\${vars.a${n}}"]`, 'a0: [x]'],
  ['maps', (n: number) => `a${n + 1}: { l: "\${vars.a${n}}", r: "\${vars.a${n}}" }`, 'a0: x'],
  ['texts', (n: number) => `a${n + 1}: "\${vars.a${n}}\${vars.a${n}}\${vars.a${n}}"`, 'a0: x'],
])('references that multiply %s are rejected', (_, level, first) => {
  const vars = [first, ...Array.from({ length: 25 }, (_, n) => level(n))].map((line) => `  ${line}`);
  const { errors } = resolve(`vars:\n${vars.join('\n')}\nvalue: "\${vars.a25}"`);
  expect(errors.length).toBeGreaterThanOrEqual(1);
  expect(errors.join('\n')).toMatch(/whether its references multiply|is longer than/);
});
