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

it('compare exits with 1 when a case does not pass any more', async () => {
  writeRuns({ good: runOf([timedCase('a', {})]), bad: runOf([timedCase('a', {}, { verdict: 'failed' })]) });
  expect((await compare('good', 'bad')).code).toBe(1);
  expect((await compare('bad', join(folder, 'good'))).code).toBe(0);
});

it('compare prints JSON and writes an HTML page', async () => {
  writeRuns({ before: simulatedRun(1, 30), latest: simulatedRun(2, 30) });
  const page = join(folder, 'new/page.html');
  const { out } = await compare('before', '--json', '--html', page);
  expect(JSON.parse(out)).toMatchObject({ commonCases: 30, changes: [], phases: expect.any(Array) });
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
