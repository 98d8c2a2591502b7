/** Playwright Test is the engine of scenarios and conformance suites; `touchstone run` starts it with a plan. */
import { resolve } from 'node:path';
import { defineConfig } from '@playwright/test';
import type { BrowserFixtureOptions } from './src/browser/playwright-fixtures.ts';
import { resolveHeaders } from './src/cli/run/browser-options.ts';
import { planFromEnvironment } from './src/cli/run/run-plan.ts';
import { keyTag } from './src/scenario/language/schema/authenticator.ts';

const plan = planFromEnvironment();
/** In the lab: the folder of the compiled program. */
const { TOUCHSTONE_PROGRAM: compiled } = process.env;

/** One project for each real key, with a single worker: no two cases use a key at the same time. */
function projects() {
  const keys = (plan?.keys ?? []).map(({ selector }) => ({
    name: selector,
    grep: tagged(keyTag(selector)),
    workers: 1,
  }));
  return keys.length > 0 ? [{ name: 'emulator', grepInvert: keys.map(({ grep }) => grep) }, ...keys] : [];
}

const tagged = (tag: string) => new RegExp(`${tag.replace(/[.*+?^$()|[\\]/g, '\\$&')}(?:\\s|$)`);

/** For the browser to start; a case then sets its own time limit. */
const setUpTimeoutMs = 120_000;

export default defineConfig<object, BrowserFixtureOptions>({
  testDir: compiled ?? 'src/cli/run',
  testMatch: compiled ? '*.host.mjs' : '*.host.ts',
  outputDir: resolve('node_modules/.cache/touchstone/test-results'),
  fullyParallel: true,
  timeout: setUpTimeoutMs,
  workers: plan?.workers ?? 2,
  retries: plan?.retries ?? 0,
  forbidOnly: true,
  use: {
    headless: !plan?.headed,
    ...(plan?.connect && { browserChoice: { connect: resolveHeaders(plan.connect, process.env) } }),
  },
  ...(projects().length > 0 && { projects: projects() }),
  reporter: [
    [
      compiled ? `${compiled}/playwright-reporter.mjs` : './src/report/playwright-reporter.ts',
      plan && {
        outputDir: plan.outputDir,
        root: plan.root,
        runId: plan.runId,
        command: plan.command,
        seed: plan.seed,
        release: plan.release,
        formats: plan.formats,
        shard: plan.shard,
        expectedFailures: plan.expectedFailures,
        baselines: plan.baselines,
        bell: plan.bell,
      },
    ],
  ],
});
