/** The configuration of Playwright Test for `fixtures.spec.ts`: a user's project with the browser of this machine. */
import { defineConfig } from '@playwright/test';
import { launchOptions } from '#browser/launch.ts';
import type { PasskeyOptions } from '../fixtures.ts';

export default defineConfig<PasskeyOptions>({
  testDir: '.',
  testMatch: 'fixtures.spec.ts',
  outputDir: '../../../node_modules/.cache/touchstone/page-authenticator-results',
  workers: 1,
  reporter: 'json',
  expect: { timeout: 10_000 },
  use: { browserName: 'chromium', launchOptions: launchOptions({ engine: 'chromium' }) },
});
