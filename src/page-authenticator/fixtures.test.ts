/** The fixtures and matchers of `touchstone/playwright`, in a real run of Playwright Test with the browser of this machine. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '#browser/installed-browsers.mjs';

const commandLine = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');
const config = resolve(import.meta.dirname, 'testing/fixtures.config.ts');

interface Attachment {
  name: string;
  body: string;
}
interface Spec {
  title: string;
  ok: boolean;
  tests: { results: { attachments: Attachment[]; errors: { message: string }[] }[] }[];
}
interface Suite {
  specs: Spec[];
  suites?: Suite[];
}

const specsOf = ({ specs, suites = [] }: Suite): Spec[] => [...specs, ...suites.flatMap(specsOf)];

describe.skipIf(!findBrowser('chromium'))('the fixtures for Playwright Test', () => {
  let specs: Spec[] = [];

  beforeAll(() => {
    const { stdout, stderr } = spawnSync(process.execPath, [commandLine, 'test', '--config', config], {
      encoding: 'utf8',
    });
    expect(stdout, stderr).toMatch(/^\{/);
    specs = (JSON.parse(stdout) as { suites: Suite[] }).suites.flatMap(specsOf);
  }, 180_000);

  test('pass in every test of a project', () => {
    expect(specs.length).toBeGreaterThan(7);
    const failed = specs.filter(({ ok }) => !ok);
    expect(failed.map(({ title, tests }) => [title, tests[0]?.results[0]?.errors[0]?.message])).toEqual([]);
  });

  test('attach transcript and timings to the report', () => {
    const spec = specs.find(({ title }) => title === 'the report has transcript and timings');
    const attachments = spec?.tests[0]?.results[0]?.attachments ?? [];
    const textOf = (name: string) =>
      Buffer.from(attachments.find((one) => one.name === name)?.body ?? '', 'base64').toString();
    const { ceremonies, keys } = JSON.parse(textOf('passkey-transcript'));
    expect(ceremonies).toMatchObject([{ call: 'create', origin: 'https://shop.example' }]);
    expect(keys[0].exchanges.map(({ command }: { command: string }) => command)).toContain(
      'authenticatorMakeCredential',
    );
    expect(textOf('passkey-timings')).toMatch(/machine {2}makeCredential/);
  });
});
