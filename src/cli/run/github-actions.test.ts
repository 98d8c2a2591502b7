import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { renderSarif } from '#report/formats/sarif.ts';
import { runOf, timedCase } from '#report/testing/timed-runs.ts';
import type { RunResult } from '#result/run-result.ts';
import { showOnGithub } from './github-actions.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-github-'));
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const location = { file: 'scenarios/a.yaml', line: 3, column: 5 };
const failedIn = (repositoryFolder?: string) =>
  runOf([timedCase('a', {}, { verdict: 'failed', location, failures: [{ message: 'no', attempt: 1, location }] })], {
    ...(repositoryFolder && { repositoryFolder }),
  });

/** Returns the printed lines. */
async function show(run: RunResult, env: NodeJS.ProcessEnv): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  await showOnGithub(run, env);
  return lines;
}

it.each([
  [undefined, 'scenarios/a.yaml'],
  ['packages/web', 'packages/web/scenarios/a.yaml'],
])('names a file of the project in %s by its path in the repository', async (folder, file) => {
  const [line] = await show(failedIn(folder), { GITHUB_ACTIONS: 'true' });
  expect(line).toContain(`::error file=${file},line=3,col=5,`);
  const [result] = JSON.parse(renderSarif(failedIn(folder))).runs[0].results;
  expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe(file);
});

it('writes the summary of the job, and nothing outside GitHub Actions', async () => {
  const summary = join(folder, 'summary.md');
  expect(await show(failedIn(), { GITHUB_STEP_SUMMARY: summary })).toEqual([]);
  await show(failedIn(), { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
  expect(readFileSync(summary, 'utf8')).toMatch(/^# ✗ Touchstone: failed/);
});
