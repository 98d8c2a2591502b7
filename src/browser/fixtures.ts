/**
 * Playwright Test with the bridge hidden inside: `webauthn.handle(handler)` and the pages of the test talk to that handler.
 * Browser and bridge live as long as the worker process; each test has its own context, worker and session.
 */
import { test as base } from '@playwright/test';
import type { Browser, Page } from 'playwright';
import { type Bridge, openBridge } from './bridge.ts';
import type { BridgeProblem, BridgeSession } from './bridge-session.ts';
import { type BrowserChoice, launchOptions } from './launch.ts';
import { ChromiumDialog } from './native/chromium-dialog.ts';
import { launchNativeChromium } from './native/launch-chromium.ts';
import type { NativeDialog } from './native/sight.ts';
import type { WebAuthnHandler } from './webauthn-handler.ts';

export interface WebAuthn {
  /** Resolves when the next create() or get() of this test's pages will reach `handler`. May be called again to replace it. */
  handle(handler: WebAuthnHandler): Promise<void>;
  /** What went wrong behind the page's back so far. */
  readonly problems: readonly BridgeProblem[];
}

/** A page of a browser that answers WebAuthn itself, and its dialog. */
export interface NativeSeat {
  page: Page;
  dialog: NativeDialog;
}

/** Starting a browser in the lab takes its time. */
const launchTimeoutMs = 150_000;

interface WorkerFixtures {
  /** Started only for tests that ask for `native`. */
  nativeBrowser: { browser: Browser; dialog: NativeDialog };
  /** Which browser to start; `headless` is Playwright's own option. */
  browserChoice: Omit<BrowserChoice, 'headed'>;
  bridge: Bridge;
}

export const test = base.extend<{ webauthn: WebAuthn; native: NativeSeat }, WorkerFixtures>({
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
  nativeBrowser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs off this pattern
    async ({}, use) => {
      const browser = await launchNativeChromium();
      await using dialog = new ChromiumDialog();
      await use({ browser, dialog });
      await browser.close();
    },
    { scope: 'worker', timeout: launchTimeoutMs },
  ],
  native: [
    async ({ nativeBrowser: { browser, dialog } }, use) => {
      const context = await browser.newContext({ viewport: null });
      await use({ page: await context.newPage(), dialog });
      await context.close();
    },
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
