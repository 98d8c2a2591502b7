/**
 * Playwright Test with the bridge hidden inside: `webauthn.handle(handler)` and the pages of the test talk to that handler.
 * Browser and bridge live as long as the worker process; each test has its own context, worker and session.
 */
import { test as base } from '@playwright/test';
import { type Bridge, openBridge } from './bridge.ts';
import type { BridgeProblem, BridgeSession } from './bridge-session.ts';
import { type BrowserChoice, launchOptions } from './launch.ts';
import {
  type NativeBrowserSession,
  type OpenBrowser,
  withNativeBrowser,
  withNativeBrowserSession,
} from './native/native-browser-session.ts';
import type { WebAuthnHandler } from './webauthn-handler.ts';

export interface WebAuthn {
  /** Resolves when the next create() or get() of this test's pages will reach `handler`. May be called again to replace it. */
  handle(handler: WebAuthnHandler): Promise<void>;
  /** What went wrong behind the page's back so far. */
  readonly problems: readonly BridgeProblem[];
}

/** Starting a browser in the lab takes its time. */
const launchTimeoutMs = 200_000;

/** One for each browser that can be asked for; the browser itself is started with the first. */
interface NativeSessions {
  nativeChromium: NativeBrowserSession;
  nativeFirefox: NativeBrowserSession;
}

interface WorkerFixtures {
  stockChromium: OpenBrowser;
  stockFirefox: OpenBrowser;
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
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs off this pattern
    async ({}, use) => withNativeBrowser('chromium', use),
    { scope: 'worker', timeout: launchTimeoutMs },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs off this pattern
  stockFirefox: [async ({}, use) => withNativeBrowser('firefox', use), { scope: 'worker', timeout: launchTimeoutMs }],
  nativeChromium: [
    async ({ stockChromium }, use) => withNativeBrowserSession(stockChromium, use),
    { timeout: launchTimeoutMs },
  ],
  nativeFirefox: [async ({ stockFirefox }, use) => withNativeBrowserSession(stockFirefox, use), { timeout: launchTimeoutMs }],
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
