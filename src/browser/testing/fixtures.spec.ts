/** Runs in Playwright Test, started by `playwright-fixtures.test.ts`: each group selects another engine and route. */
import { expect } from '@playwright/test';
import type { BridgeRoute, BrowserEngine } from '../bridge.ts';
import { findBrowser } from '../installed-browsers.mjs';
import { test } from '../playwright-fixtures.ts';
import { approvingHandler } from './approving-handler.ts';

const capable = { ...approvingHandler, getClientCapabilities: async () => ({ conditionalGet: true }) };
const groups: { engine: BrowserEngine; route?: BridgeRoute; isShim: boolean }[] = [
  { engine: 'chromium', isShim: false },
  { engine: 'chromium', route: 'proxy', isShim: false },
  { engine: 'chromium', route: 'shim', isShim: true },
  { engine: 'firefox', isShim: true },
];

for (const { engine, route, isShim } of groups)
  test.describe(`${engine}, ${route ?? 'default route'}`, () => {
    test.use({ engine, ...(route && { route }) });

    test('the page is open in the engine and its requests use the route', async ({ page, webauthn }) => {
      test.skip(!findBrowser(engine), `no ${engine} is installed`);
      await webauthn.handle(capable);
      await page.route('http://localhost/', (request) =>
        request.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
      );
      await page.goto('http://localhost/');
      expect(page.context().browser()?.browserType().name()).toBe(engine);
      expect(webauthn.route).toBe(isShim ? 'shim' : 'proxy');
      const request = { publicKey: { challenge: new Uint8Array(1) } };
      expect(await page.evaluate(async (options) => (await navigator.credentials.get(options))?.type, request)).toBe(
        'public-key',
      );
      // Only the shim passes conditional requests on.
      expect(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable())).toBe(isShim);
      expect(webauthn.problems).toEqual([]);
    });
  });
