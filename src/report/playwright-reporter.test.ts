/** Runs Playwright with the reporter: checks what it writes and prints, and that neither contains a secret. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caseRecordAttachment, type RunResult, secretsAttachment } from '#result/run-result.ts';
import { sampleCase } from './testing/sample-runs.ts';

const playwright = dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json'));
const reporter = fileURLToPath(new URL('./playwright-reporter.ts', import.meta.url));
const password = 'hunter2-hunter2';
const pin = '739150';

const {
  verdict: _,
  durationMs: __,
  gestureMs: ___,
  machineMs: ____,
  attempts: _____,
  failures: ______,
  attachments: _______,
  ...record
} = sampleCase();
const yaml = `id: a\nsteps:\n  - enter-pin: "${pin}"\n  - done\n`;

const spec = (folder: string) => `
import { test, expect } from ${JSON.stringify(pathToFileURL(join(playwright, 'index.mjs')).href)};
const yaml = { file: ${JSON.stringify(join(folder, 'a.yaml'))}, line: 3, column: 5 };
const attach = (name, value) => test.info().attach(name, { body: JSON.stringify(value), contentType: 'application/json' });
test('records', async () => {
  await attach(${JSON.stringify(secretsAttachment)}, [${JSON.stringify(password)}, ${JSON.stringify(pin)}]);
  await attach(${JSON.stringify(caseRecordAttachment)}, { ...${JSON.stringify(record)}, title: 'signs in with ${password}' });
  await test.info().attach('log', { body: 'password=${password} hash 00739150ff', contentType: 'text/plain' });
  await test.info().attach('trace', { body: 'PK', contentType: 'application/zip' });
  console.log('typed ${password}');
});
test('fails in the YAML', async () => {
  await test.step('enter-pin: ${pin}', async () => {
    const error = new Error('the PIN ${pin} was refused');
    error.stack = error.message + '\\n    at ' + yaml.file + ':3:5';
    throw error;
  }, { location: yaml });
});
test('needs a device', () => { throw Object.assign(new Error('no device'), { name: 'InfrastructureError' }); });
test.describe(() => {
  test.describe.configure({ retries: 1 });
  test('passes at the second attempt', () => { expect(test.info().retry).toBe(1); });
});
test.skip('is skipped', () => {});
`;

const config = (folder: string) => `
export default {
  testDir: ${JSON.stringify(folder)}, testMatch: 'a.spec.mjs', workers: 1, outputDir: ${JSON.stringify(join(folder, 'out'))},
  reporter: [[${JSON.stringify(reporter)}, { outputDir: ${JSON.stringify(join(folder, 'reports'))}, runId: 'run 1', command: 'run --pin ${pin}', seed: 's' }]],
};`;

let folder: string;
let ended: { status: number | null; stdout: string; stderr: string };
let result: RunResult;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-run-'));
  writeFileSync(join(folder, 'a.yaml'), yaml);
  writeFileSync(join(folder, 'a.spec.mjs'), spec(folder));
  writeFileSync(join(folder, 'playwright.config.mjs'), config(folder));
  mkdirSync(join(folder, 'reports'));
  ended = spawnSync(
    process.execPath,
    [join(playwright, 'cli.js'), 'test', '--config', join(folder, 'playwright.config.mjs')],
    {
      encoding: 'utf8',
      env: { ...process.env, CI: '1', NO_COLOR: '1' },
      timeout: 150_000,
    },
  );
  result = JSON.parse(readFileSync(join(folder, 'reports/latest/result.json'), 'utf8'));
}, 160_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const everyFile = () =>
  readdirSync(join(folder, 'reports'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('Playwright reporter', () => {
  it('does not change the exit code and writes nothing to stderr', () => {
    expect(ended.stderr).toBe('');
    expect(ended.status).toBe(1);
  });

  it('reports the verdict of every case', () => {
    expect(result.cases.map(({ verdict, attempts }) => [verdict, attempts])).toEqual([
      ['passed', 1],
      ['failed', 1],
      ['errored', 1],
      ['flaky', 2],
      ['skipped', 1],
    ]);
    expect(result.totals).toMatchObject({ passed: 1, failed: 1, errored: 1, flaky: 1, skipped: 1 });
    expect(result.verdict).toBe('failed');
    expect(result.run).toMatchObject({ id: 'run-1', seed: 's', command: 'run --pin •••' });
  });

  it('keeps the attached record and adds the location in the YAML to failures', () => {
    expect(result.cases[0]).toMatchObject({
      id: record.id,
      title: 'signs in with •••',
      spans: record.spans,
      wire: record.wire,
    });
    expect(result.cases[1]?.failures[0]).toMatchObject({
      attempt: 1,
      location: { file: 'a.yaml', line: 3, column: 5 },
      codeFrame: expect.stringContaining('> 3 |   - enter-pin: "•••"'),
    });
  });

  it('leaves out the text with which Playwright asks a language model to explain a failure', () => {
    const names = result.cases.flatMap(({ attachments }) => attachments.map(({ name }) => name));
    expect(names).not.toContain('error-context');
  });

  it('writes every format without any secret', () => {
    const files = everyFile();
    expect(files.map((path) => basename(path)).toSorted()).toEqual([
      '01-log.txt',
      'case-times.json',
      'history.ndjson',
      'index.html',
      'junit.xml',
      'result.json',
      'result.ndjson',
      'summary.md',
    ]);
    for (const path of files)
      expect(readFileSync(path, 'utf8'), path).not.toMatch(/hunter2|(?<![0-9a-f])739150(?![0-9a-f])/);
    expect(ended.stdout).not.toMatch(/hunter2|739150/);
    const log = files.find((path) => path.endsWith('log.txt')) ?? '';
    expect(readFileSync(log, 'utf8')).toBe('password=••• hash 00739150ff');
    expect(result.cases[0]?.notes).toEqual([
      'Attachment "trace" was not copied: it may contain secrets and an archive cannot be masked.',
    ]);
  });

  it('prints one line for each case, the frame of a failure, a table and the path of the report', () => {
    const { stdout } = ended;
    expect(stdout).toMatch(/^ {2}\[1\/5\] ✓ signs in with •••\s+[\d.]+ m?s$/m);
    expect(stdout).toMatch(/^ {6}│ typed •••$/m);
    expect(stdout).toMatch(/^ {2}↻ passes at the second attempt {2}attempt 1 failed, trying again$/m);
    expect(stdout).toMatch(/^ {2}\[5\/5\] – is skipped$/m);
    expect(stdout).toContain('a.yaml:3:5');
    expect(stdout).toMatch(/^ {2}5 cases +1 +1 +1 +1 +1 /m);
    expect(stdout).toMatch(/Report {2}.*run-1\/index\.html/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: matches colours and cursor movements, which a plain log must not contain
    expect(stdout).not.toMatch(/\u001B/);
  });
});
