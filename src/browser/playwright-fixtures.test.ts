/** The options `engine` and `route` of the fixtures, in a real run of Playwright Test with one worker. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findBrowser } from './installed-browsers.mjs';

const commandLine = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');
const config = resolve(import.meta.dirname, 'testing/fixtures.config.ts');

interface JsonReport {
  stats: { expected: number; skipped: number; unexpected: number; flaky: number };
}

test.skipIf(!findBrowser('chromium'))(
  'groups of tests select engine and route in one worker',
  () => {
    const { stdout, stderr } = spawnSync(process.execPath, [commandLine, 'test', '--config', config], {
      encoding: 'utf8',
    });
    const hasFirefox = findBrowser('firefox') !== undefined;
    expect(stdout, stderr).toMatch(/^\{/);
    const { stats } = JSON.parse(stdout) as JsonReport;
    expect(stats, stdout).toMatchObject({ expected: hasFirefox ? 4 : 3, skipped: hasFirefox ? 0 : 1, unexpected: 0 });
  },
  120_000,
);
