import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readBaseline } from '#report/budgets/baseline-files.ts';
import { runOf, simulatedRun, timedCase } from '#report/testing/timed-runs.ts';
import { writeRun } from '#report/testing/write-run.ts';
import { runCommand } from '../testing/run-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-baseline-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});
const baseline = (...args: string[]) =>
  runCommand('baseline', ...args, '--output', folder, '--baselines', join(folder, 'baselines'));

it('baseline stores the times of a run, and replaces those of the same environment only', async () => {
  writeRun(simulatedRun(1, 12), join(folder, 'latest'));
  const other = simulatedRun(2, 12);
  writeRun({ ...other, run: { ...other.run, id: 'second', machine: 'other machine' } }, join(folder, 'second'));
  const { code, out } = await baseline('main');
  expect(code).toBe(0);
  expect(out).toContain('1 case of the run');
  await baseline('main', 'second');
  await baseline('main', 'second');
  const stored = await readBaseline(join(folder, 'baselines'), 'main');
  expect(stored.map(({ environment, samples }) => [environment.machine, samples.registration?.length])).toEqual([
    ['test machine', 12],
    ['other machine', 12],
  ]);
  expect(readFileSync(join(folder, 'baselines/main.ndjson'), 'utf8').split('\n')).toHaveLength(3);
});

it('baseline exits with 2 when no case was repeated often enough, and for a name with a path', async () => {
  writeRun(runOf([timedCase('once', { pin: 1 })]), join(folder, 'latest'));
  const { code, err } = await baseline('main');
  expect(code).toBe(2);
  expect(err).toContain('no case of the run');
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect((await baseline('../main')).code).toBe(2);
});

it('a damaged baseline is reported with its line', async () => {
  const path = join(folder, 'main.ndjson');
  writeFileSync(path, '{"schema":"touchstone.baseline/1","caseId":"a","environment":{},"samples":{"pin":[0]}}\n');
  await expect(readBaseline(folder, 'main')).rejects.toThrow(
    'main.ndjson:1 is not a baseline: samples.pin: expected the positive times of a phase',
  );
});
