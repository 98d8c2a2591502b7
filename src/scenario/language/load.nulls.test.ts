/** `null` removes what is below it, in every place that is merged. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, test } from 'vitest';
import type { ExpandedCase } from './expanded-case.ts';
import { scenarioJsonSchema } from './json-schema.ts';
import { loadScenarios } from './load.ts';
import { toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-nulls-'));
afterAll(() => rmSync(folder, { recursive: true }));

let projects = 0;
function load(files: Record<string, string>) {
  const projectRoot = join(folder, String(projects++));
  mkdirSync(projectRoot);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(projectRoot, name), text);
  const { cases, diagnostics } = loadScenarios(['.'], { projectRoot, personas: { key: { aaguid: 'a' } } });
  return {
    cases,
    errors: diagnostics.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`),
  };
}

/** What an included file defines, one value for every kind of place. */
const everything = `
tags: [slow]
vars: { keep: 1, drop: 2, nested: { keep: 1, drop: 2 } }
timeout: { case: 1m, step: 2s }
relying-party: { attestation: enforced, mfa: { accept: [tap], fresh-for: 5m }, users: [{ name: bob }] }
authenticator: { persona: key, pin: { set: "1234", retries: 3 }, storage: 5, defects: [x] }
this-device: { persona: key }
browser: { dialog: windows-11 }
client: { checks: none }
setup: [reload]
teardown: [reload]
expect:
  relying-party: { passkey: { name: A, uv: true }, passkeys: 1 }
  wire: { never: [reset], makeCredential: { status: CTAP2_OK, times: 1 } }
`;
const steps = 'steps: [open-security-info]\n';

const validate = new Ajv({ strict: false }).compile(scenarioJsonSchema());
const linesOf = ({ expect: lines }: ExpandedCase) => lines.map(({ path }) => path);
const removals: [removal: string, isRemoved: (one: ExpandedCase) => unknown, expected: unknown][] = [
  ['tags: null', ({ tags }) => tags, []],
  ['vars: null', ({ vars }) => vars, {}],
  ['vars: { drop: null }', ({ vars }) => vars, { keep: 1, nested: { keep: 1, drop: 2 } }],
  ['vars: { nested: { drop: null } }', ({ vars }) => vars, { keep: 1, drop: 2, nested: { keep: 1 } }],
  ['timeout: null', ({ timeoutMs }) => timeoutMs, 60_000],
  ['timeout: { step: null }', ({ steps: [first] }) => first?.timeoutMs, 15_000],
  ['relying-party: null', ({ relyingParty }) => relyingParty, {}],
  ['relying-party: { users: null }', ({ relyingParty }) => relyingParty.users, undefined],
  ['relying-party: { mfa: { accept: null } }', ({ relyingParty }) => relyingParty.mfa, { 'fresh-for': 300_000 }],
  ['authenticator: null', ({ authenticator }) => authenticator, {}],
  ['authenticator: { pin: null }', ({ authenticator }) => authenticator.pin, undefined],
  ['authenticator: { pin: { set: "1234", retries: null } }', ({ authenticator }) => authenticator.pin, { set: '1234' }],
  [
    'authenticator: { storage: null, defects: null }',
    ({ authenticator: { storage, defects } }) => [storage, defects],
    [undefined, undefined],
  ],
  ['this-device: null', ({ thisDevice }) => thisDevice, undefined],
  ['browser: { dialog: null }', ({ browser }) => browser, {}],
  ['client: { checks: null }', ({ client }) => client, {}],
  ['setup: null', ({ setup }) => setup, []],
  ['teardown: null', ({ teardown }) => teardown, []],
  ['expect: null', linesOf, []],
  [
    'expect: { wire: null }',
    linesOf,
    ['relying-party.passkey.name', 'relying-party.passkey.uv', 'relying-party.passkeys'],
  ],
  [
    'expect: { relying-party: { passkey: { uv: null } }, wire: { never: null, makeCredential: { times: null } } }',
    linesOf,
    ['relying-party.passkey.name', 'relying-party.passkeys', 'wire.makeCredential.status'],
  ],
];

describe.each(removals)('%s', (removal, read, expected) => {
  test.each<[place: string, files: Record<string, string>]>([
    [
      'a file over its include',
      { 'a.yaml': `id: a\ninclude: [base.yaml]\n${steps}${removal}\n`, 'base.yaml': everything },
    ],
    [
      'an include over an earlier include',
      {
        'a.yaml': `id: a\ninclude: [base.yaml, removal.yaml]\n${steps}`,
        'base.yaml': everything,
        'removal.yaml': `${removal}\n`,
      },
    ],
    [
      'an include over its own include',
      {
        'a.yaml': `id: a\ninclude: [removal.yaml]\n${steps}`,
        'base.yaml': everything,
        'removal.yaml': `include: [base.yaml]\n${removal}\n`,
      },
    ],
    [
      'a case over its include',
      { 'a.yaml': `id: a\ninclude: [base.yaml]\n${steps}cases: [{ id: one, ${removal} }]\n`, 'base.yaml': everything },
    ],
    ['a case over its file', { 'a.yaml': `id: a\n${everything}${steps}cases: [{ id: one, ${removal} }]\n` }],
  ])('removes in %s', (_place, files) => {
    const { cases, errors } = load(files);
    expect(errors).toEqual([]);
    expect(cases.map(read)).toEqual([expected]);
  });

  test('changes nothing where nothing is below it, and editors accept it', () => {
    const text = `id: a\n${steps}${removal}\n`;
    expect(load({ 'a.yaml': text }).errors).toEqual([]);
    expect(validate(toPlainValue(parseYaml(text)))).toBe(true);
    expect(validate(toPlainValue(parseYaml(`id: a\ncases: [{ id: one, ${removal} }]\n`)))).toBe(true);
  });
});

describe('null in a matrix', () => {
  test('removes the value at its path, and can be excluded', () => {
    const { cases, errors } = load({
      'a.yaml': `id: a\n${everything}${steps}matrix: { this-device: [null], authenticator.storage: [null, 7], vars.keep: [null, 1], exclude: [{ authenticator.storage: 7, vars.keep: null }] }\n`,
    });
    expect(errors).toEqual([]);
    expect(
      cases.map(({ id, thisDevice, authenticator, vars }) => [id, thisDevice, authenticator.storage, vars.keep]),
    ).toEqual([
      ['a[this-device=null,authenticator.storage=null,vars.keep=null]', undefined, undefined, undefined],
      ['a[this-device=null,authenticator.storage=null,vars.keep=1]', undefined, undefined, 1],
      ['a[this-device=null,authenticator.storage=7,vars.keep=1]', undefined, 7, 1],
    ]);
  });

  test('is accepted by editors', () => {
    expect(validate({ id: 'a', matrix: { 'authenticator.storage': [null, 1] } })).toBe(true);
  });
});

describe('null that cannot remove anything', () => {
  test.each([
    ['id: null', 'a.yaml:2:5 Expected text, got nothing'],
    ['include: null', 'a.yaml:2:10 Expected a list, got nothing'],
    ['cases: null', 'a.yaml:2:8 Expected a list, got nothing'],
    ['matrix: null', 'a.yaml:2:9 Expected a map, got nothing'],
    ['relying-party: { users: [{ name: null }] }', 'a.yaml:2:34 Expected text, got nothing'],
    ['authenticator: { defects: [null] }', 'a.yaml:2:28 Expected text or a map, got nothing'],
    ['tags: [null]', 'a.yaml:2:8 Expected text, got nothing'],
  ])('%s is an error', (text, error) => {
    const id = text.startsWith('id') ? '' : 'id: a\n';
    expect(load({ 'a.yaml': `${id === '' ? '\n' : id}${text}\n${steps}` }).errors).toEqual([error]);
  });

  test('steps that a case removes are missing', () => {
    expect(load({ 'a.yaml': `id: a\n${steps}cases: [{ id: one, steps: null }]\n` }).errors).toEqual([
      expect.stringMatching(/Missing key "steps"$/),
    ]);
  });

  test('a variable that a case removes is unknown, also as a variable of the case', () => {
    const of = (reference: string) =>
      load({
        'a.yaml': `id: a\nvars: { x: "1" }\nsteps: [{ see: "\${${reference}}" }]\ncases: [{ id: one, vars: { x: null } }]\n`,
      }).errors;
    expect(of('vars.x')).toEqual(['a.yaml:3:16 Unknown variable "${vars.x}"']);
    expect(of('case.x')).toEqual(['a.yaml:3:16 Unknown variable "${case.x}"']);
  });
});
