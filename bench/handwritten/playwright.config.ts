/** Playwright's configuration for the hand-written registration test that `npm run bench -- case` compares a scenario with. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: 'registration.spec.ts',
  outputDir: '../../node_modules/.cache/touchstone/handwritten',
  workers: 1,
  reporter: 'line',
  use: {
    launchOptions: {
      executablePath: process.env.TOUCHSTONE_CHROMIUM,
      chromiumSandbox: process.platform === 'linux' ? process.getuid?.() !== 0 : true,
    },
  },
});
