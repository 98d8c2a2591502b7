/** The tests that the site in `../sites/better-auth` had before it had passkeys. Nothing here is for Touchstone. */
import { defineConfig, devices } from '@playwright/test';

const executablePath = process.env.CHROMIUM;
const port = Number(process.env.PORT ?? 4175);

export default defineConfig({
  testDir: 'tests',
  reporter: 'list',
  expect: { timeout: 15_000 },
  webServer: { command: `node --import tsx ../sites/better-auth/server.ts ${port}`, port, timeout: 120_000 },
  use: { baseURL: `http://localhost:${port}`, launchOptions: executablePath ? { executablePath } : {} },
  projects: [{ name: 'chromium', use: devices['Desktop Chrome'] }],
});
