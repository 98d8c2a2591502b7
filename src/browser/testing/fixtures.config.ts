/** The configuration of Playwright Test for `fixtures.spec.ts`. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: 'fixtures.spec.ts',
  outputDir: '../../../node_modules/.cache/touchstone/fixture-results',
  timeout: 120_000, // Firefox starts slowly on a busy machine
  workers: 1,
  reporter: 'json',
});
