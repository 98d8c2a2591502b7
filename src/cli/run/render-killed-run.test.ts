import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Journal } from '#report/journal.ts';
import { runOf, timedCase } from '#report/testing/timed-runs.ts';
import { renderKilledRun } from './render-killed-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('writes the reports of the cases that had finished, and says how many are missing', async () => {
  expect(await renderKilledRun(folder, [])).toEqual([
    'Playwright was killed before the end of the run, and no case had finished',
  ]);
  const journal = new Journal(folder, { run: runOf([]).run, caseCount: 3 });
  journal.append({ atMs: 5, case: timedCase('a', {}) });
  journal.close();
  const lines = (await renderKilledRun(folder, ['tap'])).join('\n');
  expect(lines).toContain('The run was stopped before its end: 1 of 3 cases had finished.');
  expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toContain('1 of 3 cases had finished');
  expect(readFileSync(join(folder, 'result.tap'), 'utf8')).toContain('ok 1 - ');
});
