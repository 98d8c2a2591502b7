/**
 * The configuration of Playwright Test for the `*.spec.ts` here: a user's project with the browsers of this machine. Two workers run the
 * tests, every test has a trace, and a set-up project registers the passkey with which another one signs in.
 */
import { defineConfig } from '@playwright/test';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { launchOptions } from '#browser/launch.ts';
import type { PasskeyOptions } from '../fixtures.ts';

const outputDir = '../../../node_modules/.cache/touchstone/page-authenticator-results';

/** Chromium runs every test, the other engines run those with the tag. */
const engines = [
  { browserName: 'chromium' },
  { browserName: 'firefox', grep: /@every-engine/ },
  { browserName: 'webkit', grep: /@every-engine/ },
] as const;

const optionsOf = (browserName: (typeof engines)[number]['browserName']) => ({
  browserName,
  launchOptions: launchOptions({ engine: browserName, preferHeadlessShell: true }),
});

export const keyFile = `${import.meta.dirname}/${outputDir}-state/key.json`;

export default defineConfig<PasskeyOptions>({
  testDir: '.',
  outputDir,
  fullyParallel: true,
  workers: 2,
  reporter: 'json',
  expect: { timeout: 10_000 },
  use: { trace: 'on' },
  projects: [
    ...engines
      .filter(({ browserName }) => findBrowser(browserName))
      .map(({ browserName, ...others }) => ({
        name: browserName,
        testMatch: 'fixtures*.spec.ts',
        use: optionsOf(browserName),
        ...others,
      })),
    { name: 'set-up', testMatch: 'set-up.spec.ts', use: optionsOf('chromium') },
    {
      name: 'signed-up',
      testMatch: 'signed-up.spec.ts',
      dependencies: ['set-up'],
      use: { ...optionsOf('chromium'), securityKeyOptions: { state: keyFile } },
    },
  ],
});
