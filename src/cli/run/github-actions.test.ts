import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { runOf, timedCase } from '#report/testing/timed-runs.ts';
import { showOnGithub } from './github-actions.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-github-'));
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const location = { file: 'scenarios/a.yaml', line: 3, column: 5 };
const failed = runOf([
  timedCase('a', {}, { verdict: 'failed', location, failures: [{ message: 'no', attempt: 1, location }] }),
]);

/** Returns the printed lines. */
async function show(root: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  await showOnGithub(failed, root, env);
  return lines;
}

it.each([
  ['/work/shop', 'scenarios/a.yaml'],
  ['/work/shop/packages/web', 'packages/web/scenarios/a.yaml'],
  ['/elsewhere', 'scenarios/a.yaml'],
])('names the file of a project in %s by its path in the repository', async (root, file) => {
  const [line] = await show(root, { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/work/shop' });
  expect(line).toContain(`::error file=${file},line=3,col=5,`);
});

it('writes the summary of the job, and nothing outside GitHub Actions', async () => {
  const summary = join(folder, 'summary.md');
  expect(await show('/', { GITHUB_STEP_SUMMARY: summary })).toEqual([]);
  await show('/', { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
  expect(readFileSync(summary, 'utf8')).toMatch(/^# ✗ Touchstone: failed/);
});
