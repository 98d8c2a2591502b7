import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { pipelineIn, repositoryFolderOf, shortenPath, userFolderVariable } from './run-facts.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('shortens paths for the folder in which the user works, which may be inside the project root', () => {
  const report = join(process.cwd(), 'e2e/reports/1/index.html');
  expect(shortenPath(report)).toBe(join('e2e/reports/1/index.html'));
  vi.stubEnv(userFolderVariable, join(process.cwd(), 'e2e'));
  expect(shortenPath(report)).toBe(join('reports/1/index.html'));
  expect(shortenPath('/elsewhere/index.html')).toBe('/elsewhere/index.html');
});

it.each<[NodeJS.ProcessEnv, object]>([
  [{ GITHUB_RUN_ID: '801', GITHUB_RUN_ATTEMPT: '2' }, { pipeline: 'GITHUB_RUN_ID 801' }],
  [{ CI_PIPELINE_ID: '7', CI_JOB_ID: '8' }, { pipeline: 'CI_PIPELINE_ID 7' }],
  [{ GITHUB_RUN_ID: '' }, {}],
  [{}, {}],
])('names the run of the pipeline from %j', (env, expected) => {
  expect(pipelineIn(env)).toEqual(expected);
});

it('names the project by its path in the git repository', () => {
  const repository = mkdtempSync(join(tmpdir(), 'touchstone-repository-'));
  try {
    const project = join(repository, 'packages/web');
    mkdirSync(project, { recursive: true });
    mkdirSync(join(repository, '.git'));
    expect(repositoryFolderOf(project)).toEqual({ repositoryFolder: 'packages/web' });
    expect(repositoryFolderOf(repository)).toEqual({});
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
});
