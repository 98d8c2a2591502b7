import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runOf, simulatedRun, timedCase } from '#report/testing/timed-runs.ts';
import { writeRun } from '#report/testing/write-run.ts';
import { runCommand } from '../testing/run-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-compare-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const writeRuns = (runs: Record<string, Parameters<typeof writeRun>[0]>) => {
  for (const [id, run] of Object.entries(runs)) writeRun(run, join(folder, id));
};
const compare = (...args: string[]) => runCommand('compare', '--output', folder, ...args);

it('compare exits with 4 when a phase is slower, and with 0 within the tolerance', async () => {
  writeRuns({ before: simulatedRun(1, 30), latest: simulatedRun(2, 30, { 'make-credential': 1.4 }) });
  const { code, out } = await compare('before');
  expect(code).toBe(4);
  expect(out).toContain('✗ slower: Whole ceremony, machine, makeCredential');
  expect((await compare('before', '--max-ratio', '1.8')).code).toBe(0);
  expect((await compare('latest', 'before')).code).toBe(0);
});

it('compare exits with 1 when a case no longer passes', async () => {
  writeRuns({ good: runOf([timedCase('a', {})]), bad: runOf([timedCase('a', {}, { verdict: 'failed' })]) });
  expect((await compare('good', 'bad')).code).toBe(1);
  expect((await compare('bad', join(folder, 'good'))).code).toBe(0);
});

it('compare exits with 1 when the later run lacks a case that passed before, unless --allow-removed is given', async () => {
  writeRuns({ full: runOf([timedCase('a', {}), timedCase('b', {})]), part: runOf([timedCase('a', {})]) });
  const { code, out } = await compare('full', 'part');
  expect(code).toBe(1);
  expect(out).toContain('✗ 1 case passed before and is not in the later run');
  expect((await compare('full', 'part', '--allow-removed')).code).toBe(0);
  expect((await compare('part', 'full')).code).toBe(0);
});

it('compare exits with 2 for a run and itself', async () => {
  writeRuns({ one: runOf([timedCase('a', {})]) });
  expect(await compare('one', join(folder, 'one'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('with itself: expected two runs'),
  });
});

it('compare exits with 4 when times have no verdict and --fail-on-inconclusive is given', async () => {
  writeRuns({ before: runOf([timedCase('a', { pin: 5 })]), after: runOf([timedCase('a', { pin: 9 })]) });
  expect((await compare('before', 'after')).code).toBe(0);
  expect((await compare('before', 'after', '--fail-on-inconclusive')).code).toBe(4);
});

it('compare prints JSON and writes an HTML page', async () => {
  writeRuns({ before: simulatedRun(1, 30), latest: simulatedRun(2, 30) });
  const page = join(folder, 'new/page.html');
  const { out } = await compare('before', '--json', '--html', page);
  expect(JSON.parse(out)).toMatchObject({ commonCases: 1, changes: [], phases: expect.any(Array) });
  expect(readFileSync(page, 'utf8')).toContain('<h2>Times</h2>');
});

it('compare exits with 2 for a run that does not exist and for an impossible ratio', async () => {
  writeRuns({ before: simulatedRun(1, 1) });
  const { code, err } = await compare('before', 'absent');
  expect(code).toBe(2);
  expect(err).toContain('Cannot find the run absent: expected a folder, a result file, or the id of a run in');
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect((await compare('before', 'before', '--max-ratio', '0.5')).code).toBe(2);
});
