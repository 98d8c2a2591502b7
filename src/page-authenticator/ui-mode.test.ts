/** The fixtures in the UI mode of Playwright Test, served to a browser of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { launchOptions } from '#browser/launch.ts';

const commandLine = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');
const config = resolve(import.meta.dirname, 'testing/fixtures.config.ts');

let server: ChildProcess | undefined;
let browser: Browser | undefined;

beforeAll(async () => {
  if (findBrowser('chromium')) browser = await chromium.launch(launchOptions({ preferHeadlessShell: true }));
}, 60_000);
afterAll(async () => {
  await browser?.close();
  if (server?.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
});

test.skipIf(!findBrowser('chromium'))(
  'UI mode lists the tests and runs them',
  async () => {
    const page = await browser?.newPage();
    if (!page) throw new Error('The browser has not been started');
    await page.goto(await startUiMode());
    const status = page.getByTestId('status-line');
    await page.getByRole('button', { name: /^Run all/ }).click();
    await status.getByText('1/1 (100%) — 1 passed').waitFor({ timeout: 60_000 });
    expect(await page.getByText('registers the passkey of later tests').count()).toBeGreaterThan(0);
  },
  120_000,
);

/** Returns the address of the page of UI mode. */
async function startUiMode(): Promise<string> {
  const args = [
    commandLine,
    'test',
    '--config',
    config,
    '--project',
    'set-up',
    '--ui-host',
    '127.0.0.1',
    '--ui-port',
    '0',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  server = child;
  let output = '';
  return await new Promise((resolveAddress, reject) => {
    child.stderr.on('data', (text) => {
      output += String(text);
    });
    child.stdout.on('data', (text) => {
      output += String(text);
      const [address] = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(output) ?? [];
      if (address) resolveAddress(address);
    });
    child.once('exit', () => reject(new Error(`UI mode ended without an address: ${output}`)));
  });
}
