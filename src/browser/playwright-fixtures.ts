/**
 * Fixtures for Playwright Test. After `webauthn.handle(handler)`, the WebAuthn requests of the test's pages go to that handler.
 * The options `engine` and `route` select browser and bridge, for a project, a file or a group of tests. `nativeChromium` and
 * `nativeFirefox` are pages of unmodified browsers, `virtualChromium` and `virtualFirefox` pages with virtual authenticators. A browser is started once for each worker process, when the first test
 * uses it; every test has its own browser context and session.
 */
import { test as base } from '@playwright/test';
import type { BridgeProblem, BridgeRoute, BridgeSession, BrowserEngine } from './bridge.ts';
import type { BrowserChoice } from './launch.ts';
import {
  type NativeBrowserSession,
  type StartedBrowser,
  withNativeBrowser,
  withNativeBrowserSession,
} from './native/native-browser-session.ts';
import { StartedBrowsers } from './started-browsers.ts';
import { openChromiumPage } from './virtual-authenticator/chromium-virtual-authenticator.ts';
import { launchSoftTokenFirefox, type SoftTokenFirefox } from './virtual-authenticator/firefox-soft-token.ts';
import type { VirtualAuthenticatorPage } from './virtual-authenticator/virtual-authenticator.ts';
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

/** A page in each engine that has virtual authenticators. */
interface VirtualAuthenticatorPages {
  virtualChromium: VirtualAuthenticatorPage;
  virtualFirefox: VirtualAuthenticatorPage;
}

interface TestFixtures extends NativeSessions, VirtualAuthenticatorPages {
  engine: BrowserEngine;
  /** Default: the proxy in Chromium, the shim elsewhere. */
  route: BridgeRoute | undefined;
  /** `route`: the one that the requests take. */
  webauthn: WebAuthn & { readonly route: BridgeRoute };
}

export interface BrowserFixtureOptions {
  /** Which browser to start or to connect to; `headless` is Playwright's own option. */
  browserChoice: Omit<BrowserChoice, 'headed' | 'engine'>;
}

interface WorkerFixtures extends BrowserFixtureOptions {
  stockChromium: StartedBrowser;
  stockFirefox: StartedBrowser;
  softTokenFirefox: SoftTokenFirefox;
  browsers: StartedBrowsers;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  engine: ['chromium', { option: true }],
  route: [undefined, { option: true }],
  browserChoice: [{}, { scope: 'worker', option: true }],
  browsers: [
    async ({ browserChoice, headless }, use) => {
      await using browsers = new StartedBrowsers({ ...browserChoice, headed: !headless });
      await use(browsers);
    },
    { scope: 'worker' },
  ],
  context: async ({ browsers, engine }, use) => {
    const browser = await browsers.start(engine);
    const context = await browser.newContext();
    await use(context);
    await context.close();
  },
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
  softTokenFirefox: [
    async ({ headless }, use) => {
      await using firefox = await launchSoftTokenFirefox({ headed: !headless });
      await use(firefox);
    },
    { scope: 'worker', timeout: launchTimeoutMs },
  ],
  virtualChromium: async ({ browsers }, use) => {
    const context = await (await browsers.start('chromium')).newContext();
    await use(await openChromiumPage(await context.newPage()));
    await context.close();
  },
  virtualFirefox: async ({ softTokenFirefox: { browser, addAuthenticator } }, use) => {
    const context = await browser.newContext();
    await use({ page: await context.newPage(), addAuthenticator });
    await context.close();
  },
  webauthn: async ({ browsers, engine, route, context }, use) => {
    let session: BridgeSession | undefined;
    await use({
      route: browsers.routeOf(engine, route),
      async handle(handler) {
        if (session) session.handler = handler;
        else session = await (await browsers.bridge(engine, route)).attach(context, handler);
      },
      get problems() {
        return session?.problems ?? [];
      },
    });
    await session?.close();
  },
});
