/** Playwright Test is the engine of scenarios and conformance suites; `touchstone run` starts it with a plan. */
import { defineConfig } from '@playwright/test';
import { planFromEnvironment } from './src/cli/run-plan.ts';

const plan = planFromEnvironment();

export default defineConfig({
  testDir: 'src/cli',
  testMatch: '*.host.ts',
  outputDir: 'node_modules/.cache/touchstone/test-results',
  fullyParallel: true,
  workers: plan?.workers ?? 2,
  retries: plan?.retries ?? 0,
  repeatEach: plan?.repeat ?? 1,
  forbidOnly: true,
  use: { headless: !plan?.headed },
  reporter: [
    [
      './src/report/playwright-reporter.ts',
      plan && { outputDir: plan.outputDir, runId: plan.runId, command: plan.command, seed: plan.seed },
    ],
  ],
});
