import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { findResult, findRun } from './find-result.ts';
import { runOf, timedCase } from './testing/timed-runs.ts';
import { writeRun } from './testing/write-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-find-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('finds a run by its folder, its file and its id', async () => {
  const run = runOf([timedCase('a', {})]);
  writeRun(run, join(folder, 'runs/one'));
  for (const name of [join(folder, 'runs/one'), join(folder, 'runs/one/result.json'), 'one'])
    expect((await findRun(name, join(folder, 'runs'))).result.run.id).toBe(run.run.id);
});

it('names the files that are missing in a folder without a run', async () => {
  await expect(findResult(folder)).rejects.toThrow(
    `Cannot find a run in ${folder}: expected result.json or result.ndjson`,
  );
  await expect(findResult(folder)).rejects.toBeInstanceOf(UsageError);
});
