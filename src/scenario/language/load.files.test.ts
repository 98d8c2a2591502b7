/** Loading files that the tests create: includes, ids, deprecated keys, and malformed input. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from './diagnostics.ts';
import { loadScenarios } from './load.ts';
import { toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

let projects = 0;
/** Writes the files into a new folder and loads it, or `paths` in it. */
function load(files: Record<string, string>, paths = ['.'], env: Record<string, string> = {}) {
  const projectRoot = join(folder, String(projects++));
  for (const [name, text] of Object.entries(files)) {
    const path = join(projectRoot, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const loaded = loadScenarios(paths, { projectRoot, personas: { key: { aaguid: 'a' } }, env });
  const text = ({ file, line, column, message, hint }: Diagnostic) =>
    `${file}:${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`;
  return { ...loaded, errors: loaded.diagnostics.map(text), warnings: loaded.warnings.map(text) };
}
const steps = 'steps: [open-security-info]\n';

describe('site files in a folder', () => {
  const site = 'id: shop\nurl: https://shop.example\nflow: { name: [{ click: { text: Next } }] }\n';

  test('are no scenarios, and are checked as site files', () => {
    const { cases, siteFiles, errors } = load({
      'a.yaml': `id: a\nrelying-party: { site: sites/shop.yaml }\n${steps}`,
      'sites/shop.yaml': `${site}user: { password: "\${secret:SHOP_PASSWORD}" }\n`,
      'sites/other.yaml': site,
    });
    expect(errors).toEqual(['sites/shop.yaml:4:19 The environment does not set SHOP_PASSWORD']);
    expect(cases).toEqual([]);
    expect(siteFiles).toEqual(['sites/other.yaml', 'sites/shop.yaml']);
  });

  test('need no environment if no case uses them', () => {
    const { cases, errors } = load({
      'a.yaml': `id: a\n${steps}`,
      'shop.yaml': `${site}user: { password: "\${secret:SHOP_PASSWORD}" }\n`,
    });
    expect([errors, cases.length]).toEqual([[], 1]);
  });

  test.each([
    [`${site}adress: https://shop.example\n`, /^shop\.yaml:4:1 Unknown key "adress" .*Allowed: id, name, url, server/],
    ['id: shop\nflows: {}\noutcomes: {}\n', /^shop\.yaml:1:1 Missing key "flow"/],
    ['id: a\nflow: {}\nsteps: [done]\nexpect: {}\n', /^shop\.yaml:2:1 Unknown key "flow" .*Allowed: id, title/],
  ])('are recognised by their keys: %j', (text, message) => {
    expect(load({ 'shop.yaml': text }).errors[0]).toMatch(message);
  });

  test('with the id of a scenario are no duplicate', () => {
    const { errors } = load({ 'a.yaml': `id: shop\n${steps}`, 'shop.yaml': site });
    expect(errors).toEqual([]);
  });
});

describe('includes', () => {
  test('are relative to the including file and may be nested; later ones take precedence', () => {
    const { cases, errors } = load({
      'a.yaml': `id: a\ninclude: [shared/one.yaml, shared/two.yaml]\n${steps}`,
      'shared/one.yaml': 'include: [deep/base.yaml]\nvars: { x: one }\n',
      'shared/two.yaml': 'vars: { y: two }\n',
      'shared/deep/base.yaml': 'vars: { x: base, y: base, z: base }\n',
    });
    expect(errors).toEqual([]);
    expect(cases.map(({ vars }) => vars)).toEqual([{ x: 'one', y: 'two', z: 'base' }]);
  });

  test('that form a cycle are reported once, and no case of the cycle runs', () => {
    const { cases, errors } = load({
      'a.yaml': `id: a\ninclude: [b.yaml]\n${steps}`,
      'b.yaml': 'include: [a.yaml]\n',
    });
    expect(cases).toEqual([]);
    expect(errors).toEqual(['b.yaml:1:11 The includes form a cycle | a.yaml -> b.yaml -> a.yaml']);
  });

  test('that are missing, absolute or invalid are errors of the scenario', () => {
    const { cases, errors } = load({
      'a.yaml': `id: a\ninclude: [none.yaml, /etc/passwd, broken.yaml]\n${steps}`,
      'broken.yaml': 'a: [',
    });
    expect(cases).toEqual([]);
    expect(errors).toEqual([
      'a.yaml:2:11 Cannot include none.yaml: no such file',
      'a.yaml:2:22 Cannot include /etc/passwd: expected a path relative to the file that includes it',
      expect.stringMatching(/^broken\.yaml:1:5 Flow sequence/),
    ]);
  });

  test('are validated once, also if several files include them', () => {
    const { errors } = load({
      'a.yaml': `id: a\ninclude: [shared.yaml]\n${steps}`,
      'b.yaml': `id: b\ninclude: [shared.yaml]\n${steps}`,
      'shared.yaml': 'browser: { engine: cromium }\n',
    });
    expect(errors).toEqual([
      'shared.yaml:1:20 Unknown value "cromium" | Did you mean "chromium"? Allowed: chromium, firefox, webkit',
    ]);
  });
});

describe('ids', () => {
  test('must be unique across files', () => {
    const { errors } = load({ 'a.yaml': `id: x\n${steps}`, 'b.yaml': `id: x\n${steps}` });
    expect(errors).toEqual(['b.yaml:1:5 Duplicate id "x" | First used in a.yaml:1']);
  });

  test('are required in a file that no other file includes', () => {
    expect(load({ 'a.yaml': steps }).errors).toEqual([
      'a.yaml:1:1 Missing key "id" | Only files that other files include have no id',
    ]);
  });
});

test('a scenario needs at least one step', () => {
  expect(load({ 'a.yaml': 'id: a\n', 'b.yaml': 'id: b\nsteps: []\n' }).errors).toEqual([
    'a.yaml:1:1 Missing key "steps"',
    'b.yaml:2:1 Expected at least 1 in the list',
  ]);
});

test('a matrix path that does not exist is reported at its location', () => {
  expect(load({ 'a.yaml': `id: a\n${steps}matrix: { browser.engin: [firefox] }\n` }).errors).toEqual([
    'a.yaml:3:11 Unknown key "engin" | Did you mean "engine"? Allowed: stack, engine, route, dialog',
  ]);
  expect(
    load({ 'a.yaml': `id: a\n${steps}matrix: { vars.x: [1, 2], exclude: [{ vars.y: 1 }, { vars.x: 3 }] }\n` }).errors,
  ).toEqual([
    'a.yaml:3:39 The matrix has no path "vars.y" | Did you mean "vars.x"? Allowed: vars.x',
    'a.yaml:3:62 The matrix has no value "3" for vars.x | Allowed: 1, 2',
  ]);
});

test('too many combinations are rejected', () => {
  const ten = '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]';
  const { cases, errors } = load({
    'a.yaml': `id: a\n${steps}matrix: { vars.a: ${ten}, vars.b: ${ten}, vars.c: ${ten}, vars.d: ${ten} }\n`,
  });
  expect(cases).toEqual([]);
  expect(errors).toEqual(['a.yaml:3:9 The matrix has 10000 combinations; at most 2000 can run']);
});

test('values of secrets are masked in messages', () => {
  const { errors } = load({ 'a.yaml': `id: a\nbrowser: { engine: "\${secret:TOKEN}" }\n${steps}` }, ['.'], {
    TOKEN: 'hunter2-hunter2',
  });
  expect(errors).toEqual([expect.stringMatching(/^a\.yaml:2:20 Unknown value "•••" \| Allowed: chromium/)]);
});

test('loadScenarios throws for no value in a scenario', () => {
  const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`testing/${name}`, import.meta.url)), 'utf8');
  const originals = ['new-pin.yaml', 'refused.yaml', 'broken.yaml'].map((name) =>
    toPlainValue(parseYaml(fixture(name), name)),
  );
  const unexpectedValue = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('${', '${}', '${vars}', '${vars.x.y}', '${vars.pin}', '$${', '__proto__', 'touch', '>= 1', '5s'),
    fc.constant({ ['__proto__']: { a: 1 }, constructor: 1 }),
  );
  const mutation = fc.tuple(fc.constantFrom(...originals), fc.nat(200), unexpectedValue);
  const property = fc.property(mutation, ([original, position, value]) => {
    const { cases, errors } = load({ 'a.yaml': JSON.stringify(mutated(original, position, value)) });
    expect(cases.length + errors.length).toBeGreaterThan(0);
  });
  fc.assert(property, { numRuns: 150 });
});

/** Returns a copy of `value` with its `position`-th part, counted depth first, replaced. */
function mutated(value: unknown, position: number, replacement: unknown): unknown {
  let index = 0;
  const visit = (node: unknown): unknown => {
    if (index++ === position) return replacement;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, visit(part)]));
  };
  return visit(value);
}

describe('deprecated keys', () => {
  test('work like their new names, with a warning for each location', () => {
    const { cases, errors, warnings } = load({
      'a.yaml': `id: a\ninclude: [shared.yaml]\nvars: { counts: { orphans: 2 } }\n${steps}cases:\n  - { id: one }\n  - { id: two, expect: { authenticator: "\${vars.counts}" } }\n`,
      'shared.yaml': 'expect: { relying-party: { orphans: 1 } }\n',
    });
    expect(errors).toEqual([]);
    expect(cases.map(({ expect: lines }) => lines.map(({ path, expected }) => [path, expected]))).toEqual([
      [['relying-party.abandoned-credentials', 1]],
      [
        ['relying-party.abandoned-credentials', 1],
        ['authenticator.abandoned-credentials', 2],
      ],
    ]);
    expect(warnings).toEqual([
      'a.yaml:3:19 Deprecated key "orphans": use "abandoned-credentials"',
      'shared.yaml:1:28 Deprecated key "orphans": use "abandoned-credentials"',
    ]);
  });
});
