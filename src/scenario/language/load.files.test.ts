/** Loading from files that are made for the test: includes, selection, and input that nobody would write. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { loadScenarios } from './load.ts';
import { plain } from './source-node.ts';
import { readYaml } from './yaml-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
/** Writes the files into a fresh folder and loads all of it, or `paths` of it. */
function load(files: Record<string, string>, paths = ['.'], env: Record<string, string> = {}) {
  const projectRoot = join(folder, String(made++));
  for (const [name, text] of Object.entries(files)) {
    const path = join(projectRoot, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const loaded = loadScenarios(paths, { projectRoot, personas: { key: { aaguid: 'a' } }, env });
  const told = loaded.diagnostics.map(
    ({ file, line, column, message, hint }) => `${file}:${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  );
  return { ...loaded, told };
}
const steps = 'steps: [open-security-info]\n';

describe('includes', () => {
  test('are relative to the file that includes, and may include others; later ones win', () => {
    const { cases, told } = load({
      'a.yaml': `id: a\ninclude: [shared/one.yaml, shared/two.yaml]\n${steps}`,
      'shared/one.yaml': 'include: [deep/base.yaml]\nvars: { x: one }\n',
      'shared/two.yaml': 'vars: { y: two }\n',
      'shared/deep/base.yaml': 'vars: { x: base, y: base, z: base }\n',
    });
    expect(told).toEqual([]);
    expect(cases.map(({ vars }) => vars)).toEqual([{ x: 'one', y: 'two', z: 'base' }]);
  });

  test('that go in a circle are told once, and nothing of the circle is run', () => {
    const { cases, told } = load({
      'a.yaml': `id: a\ninclude: [b.yaml]\n${steps}`,
      'b.yaml': 'include: [a.yaml]\n',
    });
    expect(cases).toEqual([]);
    expect(told).toEqual(['b.yaml:1:11 the includes go in a circle | a.yaml -> b.yaml -> a.yaml']);
  });

  test('that are not there, absolute, or broken stop the scenario', () => {
    const { cases, told } = load({
      'a.yaml': `id: a\ninclude: [none.yaml, /etc/passwd, broken.yaml]\n${steps}`,
      'broken.yaml': 'a: [',
    });
    expect(cases).toEqual([]);
    expect(told).toEqual([
      'a.yaml:2:11 cannot read none.yaml',
      'a.yaml:2:22 an include is relative to the file that includes it',
      expect.stringMatching(/^broken\.yaml:1:5 Flow sequence/),
    ]);
  });

  test('are validated where they are written, once, however many include them', () => {
    const { told } = load({
      'a.yaml': `id: a\ninclude: [shared.yaml]\n${steps}`,
      'b.yaml': `id: b\ninclude: [shared.yaml]\n${steps}`,
      'shared.yaml': 'browser: { channel: cromium }\n',
    });
    expect(told).toEqual([
      'shared.yaml:1:21 unknown value "cromium" | did you mean "chromium"? allowed here: chromium, firefox',
    ]);
  });
});

describe('ids', () => {
  test('are unique across files', () => {
    const { told } = load({ 'a.yaml': `id: x\n${steps}`, 'b.yaml': `id: x\n${steps}` });
    expect(told).toEqual(['b.yaml:1:5 id "x" is used twice | first in a.yaml:1']);
  });

  test('are missed in a file that nothing includes', () => {
    expect(load({ 'a.yaml': steps }).told).toEqual([
      'a.yaml:1:1 "id" is missing | a scenario has an id; only a file that another one includes goes without',
    ]);
  });
});

test('a scenario without steps is told, and one with none, too', () => {
  expect(load({ 'a.yaml': 'id: a\n', 'b.yaml': 'id: b\nsteps: []\n' }).told).toEqual([
    'a.yaml:1:1 "steps" is missing',
    'b.yaml:2:1 expected at least 1 in the list',
  ]);
});

test('a matrix path that does not exist is told where it is written', () => {
  expect(load({ 'a.yaml': `id: a\n${steps}matrix: { browser.chanel: [firefox] }\n` }).told).toEqual([
    'a.yaml:3:11 unknown key "chanel" | did you mean "channel"? allowed here: stack, channel, dialog',
  ]);
  expect(
    load({ 'a.yaml': `id: a\n${steps}matrix: { vars.x: [1, 2], exclude: [{ vars.y: 1 }, { vars.x: 3 }] }\n` }).told,
  ).toEqual([
    'a.yaml:3:39 the matrix has no "vars.y" | did you mean "vars.x"? allowed here: vars.x',
    'a.yaml:3:62 "3" is not a value of vars.x | allowed here: 1, 2',
  ]);
});

test('too many combinations are refused', () => {
  const ten = '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]';
  const { cases, told } = load({
    'a.yaml': `id: a\n${steps}matrix: { vars.a: ${ten}, vars.b: ${ten}, vars.c: ${ten}, vars.d: ${ten} }\n`,
  });
  expect(cases).toEqual([]);
  expect(told).toEqual(['a.yaml:3:9 the matrix has 10000 combinations; at most 2000 are run']);
});

test('values of secrets do not show in messages', () => {
  const { told } = load({ 'a.yaml': `id: a\nbrowser: { channel: "\${secret:TOKEN}" }\n${steps}` }, ['.'], {
    TOKEN: 'hunter2-hunter2',
  });
  expect(told).toEqual([expect.stringMatching(/^a\.yaml:2:21 unknown value "•••" \| allowed here: chromium/)]);
});

test('never throws, whatever one value of a scenario becomes', () => {
  const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`testing/${name}`, import.meta.url)), 'utf8');
  const originals = ['new-pin.yaml', 'refused.yaml', 'broken.yaml'].map((name) =>
    plain(readYaml(fixture(name), name).root!),
  );
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('${', '${}', '${vars}', '${vars.x.y}', '${vars.pin}', '$${', '__proto__', 'touch', '>= 1', '5s'),
    fc.constant({ ['__proto__']: { a: 1 }, constructor: 1 }),
  );
  const mutation = fc.tuple(fc.constantFrom(...originals), fc.nat(200), odd);
  const property = fc.property(mutation, ([original, position, value]) => {
    const { cases, told } = load({ 'a.yaml': JSON.stringify(mutated(original, position, value)) });
    expect(cases.length + told.length).toBeGreaterThan(0);
  });
  fc.assert(property, { numRuns: 150 });
});

/** A copy of `value` whose `position`-th part, counted depth first, is `replacement`. */
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

describe('browsers', () => {
  test('that our client cannot sit behind are refused, where they do not register by themselves', () => {
    const { told } = load({
      'a.yaml': `id: a\nbrowser: { channel: firefox }\n${steps}`,
      'b.yaml': `id: b\nbrowser: { channel: firefox, stack: native }\nauthenticator: { transport: uhid }\n${steps}`,
    });
    expect(told).toEqual([
      'a.yaml:2:21 our WebAuthn client sits behind pages of Chromium; channel firefox wants stack: native',
    ]);
  });
});
