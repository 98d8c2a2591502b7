import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { excludeLabCases } from './lab-cases.ts';
import { readLibrary } from './scenario-library.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-lab-cases-'));
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

writeFileSync(join(root, 'a.yaml'), 'id: a\ntitle: Anywhere\nsteps: [open-security-info]\n');
writeFileSync(
  join(root, 'b.yaml'),
  'id: b\ntitle: In the lab\nbrowser: { stack: native }\nauthenticator: { transport: uhid }\nsteps: [open-security-info]\n',
);
const { cases } = readLibrary([root], { root });

it('leaves out the cases that need the kernel lab, and prints that', () => {
  const print = vi.spyOn(console, 'log').mockReturnValue();
  expect(excludeLabCases(cases, { inLab: false }).map(({ id }) => id)).toEqual(['a']);
  expect(print.mock.calls).toEqual([
    ['Not running 1 selected case with browser.stack: native: they need the kernel lab (touchstone run --lab)'],
  ]);
  expect(excludeLabCases(cases, { inLab: true, failOnSkipped: true })).toHaveLength(2);
});

it('refuses a run without them if no case may be skipped, and a run of nothing else', () => {
  expect(() => excludeLabCases(cases, { inLab: false, failOnSkipped: true })).toThrow(/--fail-on-skipped is given/);
  expect(() => excludeLabCases(cases.slice(1), { inLab: false })).toThrow(UsageError);
});
