/** A page with the bridge for commands that need one browser and no test engine. */
import type { Page } from 'playwright';
import type { BridgeRoute, BridgeSession } from './bridge.ts';
import { type BrowserChoice, engineOf, launchBrowser } from './launch.ts';
import { defaultRoute, openBridge } from './open-bridge.ts';
import type { WebAuthn } from './playwright-fixtures.ts';

export interface BridgedPage extends AsyncDisposable {
  page: Page;
  /** Sends the WebAuthn requests of the page to a handler. */
  webauthn: WebAuthn;
  /** The one that the requests take. */
  route: BridgeRoute;
}

/**
 * Starts a browser and opens a page with a bridge.
 * @throws {UsageError} if no browser is installed.
 * @throws {Error} if it does not start.
 */
export async function openBridgedPage(choice: BrowserChoice = {}): Promise<BridgedPage> {
  const browser = await launchBrowser(choice);
  try {
    const route = defaultRoute(engineOf(browser));
    const bridge = await openBridge(browser, route);
    const page = await (await browser.newContext()).newPage();
    let session: BridgeSession | undefined;
    return {
      page,
      route,
      webauthn: {
        async handle(handler) {
          if (session) session.handler = handler;
          else session = await bridge.attach(page.context(), handler);
        },
        get problems() {
          return session?.problems ?? [];
        },
      },
      async [Symbol.asyncDispose]() {
        await bridge[Symbol.asyncDispose]();
        await browser.close();
      },
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
