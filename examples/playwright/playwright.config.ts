/** Set `CHROMIUM` to use a browser of this machine; otherwise `npx playwright install chromium` installs Playwright's own. */
import { defineConfig, devices } from '@playwright/test';
import type { PasskeyOptions } from 'touchstone/playwright';

const executablePath = process.env.CHROMIUM;
const port = Number(process.env.PORT ?? 4173);

export default defineConfig<PasskeyOptions>({
  testDir: 'tests',
  reporter: 'list',
  expect: { timeout: 15_000 },
  webServer: { command: 'node site.mjs', env: { PORT: String(port) }, port },
  use: {
    baseURL: `http://localhost:${port}`,
    securityKeyOptions: { persona: 'yubikey-5-nfc', pin: '246810' },
    launchOptions: executablePath ? { executablePath } : {},
  },
  // Firefox and WebKit work in the same way: add their projects after `npx playwright install`.
  projects: [{ name: 'chromium', use: devices['Desktop Chrome'] }],
});
