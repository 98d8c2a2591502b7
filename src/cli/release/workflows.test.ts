/**
 * The workflows of this repository and of `examples/github-workflow`: GitHub's own parser accepts them, their scripts are valid shell, and
 * the scripts of a release do what the release needs.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  run?: string;
  uses?: string;
  env?: Record<string, string>;
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { steps: Step[]; needs?: string; environment?: string; permissions?: Record<string, string> }>;
}

const root = resolve(import.meta.dirname, '../../..');
const filesIn = (folder: string) => readdirSync(join(root, folder)).map((name) => join(folder, name));
const workflows = [...filesIn('.github/workflows'), ...filesIn('examples/github-workflow')];
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const run = promisify(execFile);

/** Returns what GitHub's parser finds wrong. */
async function problemsOf(content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

const stepsOf = (workflow: string, job?: string): Step[] =>
  Object.entries((parse(read(workflow)) as Workflow).jobs)
    .filter(([name]) => job === undefined || name === job)
    .flatMap(([, { steps }]) => steps);
const scriptsOf = (workflow: string, job?: string): string[] =>
  stepsOf(workflow, job).flatMap(({ run: script }) => script ?? []);

describe.each(workflows)('the workflow %s', (path) => {
  it('is accepted by the parser of GitHub', async () => {
    expect(await problemsOf(read(path))).toEqual([]);
  });

  it('has scripts that are valid shell', async () => {
    for (const script of scriptsOf(path)) await run('bash', ['-n', '-c', script.replaceAll(/\$\{\{.*?\}\}/g, 'value')]);
  });

  it('can only read the repository, unless a job sets other permissions', () => {
    expect((parse(read(path)) as Workflow).permissions).toEqual({ contents: 'read' });
  });

  it('puts no text that others choose into a script', () => {
    expect(
      scriptsOf(path).filter((script) => /\$\{\{\s*(github\.(event|head_ref|ref_name)|inputs)/.test(script)),
    ).toEqual([]);
  });
});

it.each([
  ['an unknown key', 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - runs: npm test\n'],
  [
    'an unknown context',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ githb.ref }}\n',
  ],
  [
    'a job that needs one that does not exist',
    'on: push\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-latest\n    steps:\n      - run: ls\n',
  ],
])('the parser refuses %s', async (_, content) => {
  expect(await problemsOf(content)).not.toEqual([]);
});

describe('the release workflow', () => {
  const release = '.github/workflows/release.yml';
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'touchstone-release-'));
    const notes = `node --import ${import.meta.resolve('tsx')} ${join(root, 'src/cli/release/main.ts')}`;
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'touchstone', version: '1.2.3', scripts: { 'release-notes': notes } }),
    );
    writeFileSync(join(folder, 'CHANGELOG.md'), '## [1.2.3] - 2027-01-31\n\n- A defect.\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the scripts of the job `pack` that contain `part`, as the runner of GitHub does. */
  async function runScripts(part: string, tag: string): Promise<void> {
    const env = { ...process.env, GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: 'example/touchstone' };
    const scripts = scriptsOf(release, 'pack').filter((script) => script.includes(part));
    expect(scripts).toHaveLength(1);
    for (const script of scripts) await run('bash', ['-e', '-o', 'pipefail', '-c', script], { cwd: folder, env });
  }

  it('publishes only what was tested and packed, after an approval', () => {
    const { check, pack, publish } = (parse(read(release)) as Workflow).jobs;
    expect([check?.steps.some(({ run: script }) => script === 'npm test'), pack?.needs, publish?.needs]).toEqual([
      true,
      'check',
      'pack',
    ]);
    expect([publish?.environment, publish?.permissions]).toEqual(['npm', { contents: 'write', 'id-token': 'write' }]);
    expect(publish?.steps.map(({ uses = '' }) => uses).filter((uses) => uses.includes('checkout'))).toEqual([]);
    expect(scriptsOf(release, 'publish')[0]).toBe('npm publish --provenance --access public touchstone-*.tgz');
  });

  it('writes the notes of the tag from the changelog', async () => {
    await runScripts('release-notes', 'v1.2.3');
    expect(readFileSync(join(folder, 'notes.md'), 'utf8')).toBe('- A defect.\n');
  });

  it('stops at a tag that is not the version of the package', async () => {
    await expect(runScripts('release-notes', 'v9.9.9')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('package.json has the version 1.2.3, expected 9.9.9'),
    });
  });

  it('names the repository in the package, as provenance requires', async () => {
    await runScripts('npm pkg set', 'v1.2.3');
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
      repository: { type: 'git', url: 'git+https://github.com/example/touchstone.git' },
    });
  });

  it('has the script of the package that it runs', () => {
    expect(JSON.parse(read('package.json')).scripts['release-notes']).toBe('tsx src/cli/release/main.ts');
  });
});

it('README.md shows steps of the workflow that gates a pull request', () => {
  const [, steps = ''] = /^\*\*Gate my pipeline\*\*[^`]*```yaml\n(.*?)```/ms.exec(read('README.md')) ?? [];
  const lines = steps.split('\n').filter(Boolean);
  expect(lines).toHaveLength(5);
  const workflow = read('examples/github-workflow/passkeys.yml');
  expect(lines.filter((line) => !workflow.includes(line.trim()))).toEqual([]);
});
