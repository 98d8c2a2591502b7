import { describe, expect, test } from 'vitest';
import { type MapNode, nodeAt, plain } from './source-node.ts';
import { Resolver, type Scope } from './variables.ts';
import { readYaml } from './yaml-source.ts';

/** Resolves `value: ...` beside the given variables. */
function resolve(text: string, more: Partial<Scope> = {}) {
  const body = readYaml(text, 'a.yaml').root as MapNode;
  const scope = { body, caseVars: undefined, personas: {}, run: { index: 3 }, env: {}, ...more };
  const resolver = new Resolver(scope);
  const value = nodeAt(resolver.resolve(body), ['value']);
  const mistakes = resolver.diagnostics.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  );
  return { value: value && plain(value), mistakes, secrets: [...resolver.secrets] };
}

describe('a value that is nothing but a reference keeps the type of what it refers to', () => {
  test.each([
    ['{ vars: { x: 5 }, value: "${vars.x}" }', 5],
    ['{ vars: { x: true }, value: "${vars.x}" }', true],
    ['{ vars: { x: { after: 1s } }, value: "${vars.x}" }', { after: '1s' }],
    ['{ vars: { x: { y: [1, 2] } }, value: "${vars.x.y.1}" }', 2],
    ['{ vars: { x: "${vars.y}", y: 7 }, value: "${vars.x}" }', 7],
    ['{ value: "${run.index}" }', 3],
  ])('%s', (text, expected) => expect(resolve(text)).toMatchObject({ value: expected, mistakes: [] }));
});

test.each([
  ['{ vars: { n: 1, t: x }, value: "a-${vars.n}-${vars.t}!" }', 'a-1-x!'],
  ['{ vars: { n: 1 }, value: "$${vars.n} costs $5" }', '${vars.n} costs $5'],
  ['{ vars: { t: "$& $1" }, value: "<${vars.t}>" }', '<$& $1>'],
])('inside of text, scalars are written: %s', (text, expected) =>
  expect(resolve(text)).toMatchObject({ value: expected, mistakes: [] }),
);

test('a list in a list gives its items; an empty one gives nothing', () => {
  expect(resolve('{ vars: { x: [1, 2], none: [] }, value: [0, "${vars.x}", "${vars.none}", [3]] }').value).toEqual([
    0,
    1,
    2,
    [3],
  ]);
});

test('the persona is known by the name that the case has', () => {
  const personas = { key: { aaguid: 'abc' } };
  expect(
    resolve('{ vars: { p: key }, authenticator: { persona: "${vars.p}" }, value: "${persona.aaguid}" }', { personas })
      .value,
  ).toBe('abc');
  expect(resolve('{ authenticator: { persona: kay }, value: "${persona.aaguid}" }', { personas }).mistakes).toEqual([
    '1:43 unknown variable "${persona.aaguid}" | this case has no persona that is known',
  ]);
});

test('a persona whose name is an unknown variable is one mistake, whatever asks for it', () => {
  const text = '{ authenticator: { persona: "${vars.x.y}" }, value: "${persona.aaguid}" }';
  expect(resolve(text, { personas: { key: { aaguid: 'abc' } } }).mistakes).toEqual([
    '1:29 unknown variable "${vars.x.y}" | allowed here: run.index',
    '1:53 unknown variable "${persona.aaguid}" | this case has no persona that is known',
  ]);
});

test('secrets come from the environment, or from their default, and are collected', () => {
  expect(resolve('value: "${secret:PIN}"', { env: { PIN: '97' } })).toEqual({
    value: '97',
    mistakes: [],
    secrets: ['97'],
  });
  expect(resolve('value: "<${secret:PIN:-12}>"')).toEqual({ value: '<12>', mistakes: [], secrets: ['12'] });
  expect(resolve('value: "${secret:PIN}"', { env: { PIM: '97' } })).toEqual({
    value: null,
    mistakes: ['1:8 the environment does not set PIN | it sets PIM'],
    secrets: [],
  });
});

describe('mistakes', () => {
  test.each([
    [
      '{ vars: { user: 1 }, value: "${vars.usr}" }',
      ['1:29 unknown variable "${vars.usr}" | did you mean "vars.user"? allowed here: vars.user, run.index'],
    ],
    [
      '{ vars: { x: "${vars.y}", y: "${vars.x}" }, value: 1 }',
      ['1:14 "${vars.y}" refers to itself | vars.y -> vars.x -> vars.y'],
    ],
    ['{ vars: { x: {} }, value: "a ${vars.x}" }', ['1:27 "${vars.x}" is a map and cannot stand inside of text']],
    [
      'value: "${vars.x"',
      ['1:8 a reference is not closed by "}" | a plain dollar sign before a brace is written twice'],
    ],
    [
      'value: "${__proto__.x} ${vars.constructor}"',
      [
        '1:8 unknown variable "${__proto__.x}" | allowed here: run.index',
        '1:8 unknown variable "${vars.constructor}" | allowed here: run.index',
      ],
    ],
  ])('%s', (text, expected) => expect(resolve(text).mistakes).toEqual(expected));
});

test.each([
  ['lists', (n: number) => `a${n + 1}: ["\${vars.a${n}}", "\${vars.a${n}}", "\${vars.a${n}}"]`, 'a0: [x]'],
  ['maps', (n: number) => `a${n + 1}: { l: "\${vars.a${n}}", r: "\${vars.a${n}}" }`, 'a0: x'],
  ['texts', (n: number) => `a${n + 1}: "\${vars.a${n}}\${vars.a${n}}\${vars.a${n}}"`, 'a0: x'],
])('references that multiply %s are stopped', (_, level, first) => {
  const vars = [first, ...Array.from({ length: 25 }, (_, n) => level(n))].map((line) => `  ${line}`);
  const { mistakes } = resolve(`vars:\n${vars.join('\n')}\nvalue: "\${vars.a25}"`);
  expect(mistakes.length).toBeGreaterThanOrEqual(1);
  expect(mistakes.join('\n')).toMatch(/do its references multiply|becomes longer/);
});
