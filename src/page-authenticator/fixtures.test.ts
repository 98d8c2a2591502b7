/** The fixtures and matchers of `touchstone/playwright`, in a real run of Playwright Test with the browser of this machine. */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, notInstalledMessage } from '#browser/installed-browsers.mjs';

const commandLine = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');
const config = resolve(import.meta.dirname, 'testing/fixtures.config.ts');

/** Runs a command of Playwright. Failed tests are no error of the command. */
const run = (args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [commandLine, ...args], { maxBuffer: 2 ** 26 }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );

interface Attachment {
  name: string;
  path?: string;
  body?: string;
}
interface Attempt {
  status: string;
  workerIndex: number;
  attachments: Attachment[];
  errors: { message: string }[];
}
interface Spec {
  title: string;
  tests: { projectName: string; status: string; results: Attempt[] }[];
}
interface Suite {
  specs: Spec[];
  suites?: Suite[];
}

const specsOf = ({ specs, suites = [] }: Suite): Spec[] => [...specs, ...suites.flatMap(specsOf)];

const engines = ['chromium', 'firefox', 'webkit'] as const;
const installed = engines.filter((engine) => findBrowser(engine));

describe.skipIf(!findBrowser('chromium'))('the fixtures for Playwright Test', () => {
  let tests: { title: string; project: string; status: string; attempts: Attempt[] }[] = [];

  beforeAll(async () => {
    for (const engine of engines)
      if (!installed.includes(engine)) console.log(`Skipped ${engine}: ${notInstalledMessage(engine)}`);
    const { stdout, stderr } = await run(['test', '--config', config]);
    expect(stdout, stderr).toMatch(/^\{/);
    tests = (JSON.parse(stdout) as { suites: Suite[] }).suites
      .flatMap(specsOf)
      .flatMap((spec) => spec.tests.map((test) => ({ ...test, title: spec.title })))
      .map(({ title, projectName, status, results }) => ({ title, project: projectName, status, attempts: results }));
  }, 180_000);

  const attachmentsOf = (title: string) => tests.find((test) => test.title === title)?.attempts[0]?.attachments ?? [];

  test('pass in every test, in projects for each engine that is installed', () => {
    const testsOf = (name: string) => tests.filter(({ project }) => project === name);
    for (const engine of installed) expect(testsOf(engine).length, engine).toBeGreaterThanOrEqual(3);
    expect([testsOf('set-up').length, testsOf('signed-up').length]).toEqual([1, 1]);
    const failed = tests.filter(
      ({ status, title }) => status !== 'expected' && title !== 'a retry begins with a new key',
    );
    expect(failed.map(({ project, title, attempts }) => [project, title, attempts[0]?.errors[0]?.message])).toEqual([]);
  });

  test('run in several workers at once', () => {
    expect(
      new Set(tests.flatMap(({ attempts }) => attempts.map(({ workerIndex }) => workerIndex))).size,
    ).toBeGreaterThan(1);
  });

  test('begin with a new key in a retry', () => {
    const retried = tests.find(({ title }) => title === 'a retry begins with a new key');
    expect(retried?.status, retried?.attempts[1]?.errors[0]?.message).toBe('flaky');
    expect(retried?.attempts.map(({ status }) => status)).toEqual(['failed', 'passed']);
  });

  test('attach transcript and timings to the report', () => {
    const attachments = attachmentsOf('the report has transcript and timings');
    const textOf = (name: string) =>
      Buffer.from(attachments.find((one) => one.name === name)?.body ?? '', 'base64').toString();
    const { ceremonies, keys } = JSON.parse(textOf('passkey-transcript'));
    expect(ceremonies).toMatchObject([{ call: 'create', origin: 'https://shop.example' }]);
    expect(keys[0].exchanges.map(({ command }: { command: string }) => command)).toContain(
      'authenticatorMakeCredential',
    );
    expect(textOf('passkey-timings')).toMatch(/machine {2}makeCredential/);
  });

  test('do not change traces of Playwright', () => {
    const trace = attachmentsOf('the report has transcript and timings').find(({ name }) => name === 'trace');
    expect(statSync(trace?.path ?? '').size).toBeGreaterThan(10_000);
  });
});
