/**
 * Fixtures for Playwright Test. After `webauthn.handle(handler)`, the WebAuthn requests of the test's pages go to that handler.
 * `nativeChromium` and `nativeFirefox` are pages of unmodified browsers. Browsers and bridge are started once for each worker
 * process; every test has its own browser context and session.
 */
import { test as base } from '@playwright/test';
import { type Bridge, openBridge } from './bridge.ts';
import type { BridgeProblem, BridgeSession } from './bridge-session.ts';
import { type BrowserChoice, launchOptions } from './launch.ts';
import {
  type NativeBrowserSession,
  type StartedBrowser,
  withNativeBrowser,
  withNativeBrowserSession,
} from './native/native-browser-session.ts';
import type { WebAuthnHandler } from './webauthn-handler.ts';

export interface WebAuthn {
  /** Sends every later create() and get() of this test's pages to `handler`. A second call replaces the handler. */
  handle(handler: WebAuthnHandler): Promise<void>;
  /** Failures so far whose details the page did not get. */
  readonly problems: readonly BridgeProblem[];
}

/** Starting a browser in the kernel lab is slow. */
const launchTimeoutMs = 200_000;

/** A session in each native browser. The browser is started when the first test uses it. */
interface NativeSessions {
  nativeChromium: NativeBrowserSession;
  nativeFirefox: NativeBrowserSession;
}

interface WorkerFixtures {
  stockChromium: StartedBrowser;
  stockFirefox: StartedBrowser;
  /** Which browser to start; `headless` is Playwright's own option. */
  browserChoice: Omit<BrowserChoice, 'headed'>;
  bridge: Bridge;
}

export const test = base.extend<{ webauthn: WebAuthn } & NativeSessions, WorkerFixtures>({
  browserChoice: [{}, { scope: 'worker', option: true }],
  launchOptions: [async ({ browserChoice }, use) => use(launchOptions(browserChoice)), { scope: 'worker' }],
  bridge: [
    async ({ browser }, use) => {
      const bridge = await openBridge(browser);
      await use(bridge);
      await bridge[Symbol.asyncDispose]();
    },
    { scope: 'worker' },
  ],
  stockChromium: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright derives the dependencies of a fixture from this pattern
    async ({}, use) => withNativeBrowser('chromium', use),
    { scope: 'worker', timeout: launchTimeoutMs },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright derives the dependencies of a fixture from this pattern
  stockFirefox: [async ({}, use) => withNativeBrowser('firefox', use), { scope: 'worker', timeout: launchTimeoutMs }],
  nativeChromium: [
    async ({ stockChromium }, use) => withNativeBrowserSession(stockChromium, use),
    { timeout: launchTimeoutMs },
  ],
  nativeFirefox: [
    async ({ stockFirefox }, use) => withNativeBrowserSession(stockFirefox, use),
    { timeout: launchTimeoutMs },
  ],
  webauthn: async ({ bridge, context }, use) => {
    let session: BridgeSession | undefined;
    await use({
      async handle(handler) {
        if (session) session.handler = handler;
        else session = await bridge.attach(context, handler);
      },
      get problems() {
        return session?.problems ?? [];
      },
    });
    session?.close();
  },
});
