/** Pages with the bridge for commands that need one browser and no test engine. */
import type { Page } from 'playwright';
import type { BridgeRoute, BridgeSession } from './bridge.ts';
import { type BrowserChoice, launchBrowser } from './launch.ts';
import { defaultRoute, openBridge } from './open-bridge.ts';
import type { WebAuthn } from './playwright-fixtures.ts';

export interface BridgedPage extends AsyncDisposable {
  page: Page;
  /** Sends the WebAuthn requests of the page to a handler. */
  webauthn: WebAuthn;
  /** The one that the requests take. */
  route: BridgeRoute;
}

export interface BridgedBrowser extends AsyncDisposable {
  /** Opens a page in a new browser context. Disposing it closes the context. */
  openPage(): Promise<BridgedPage>;
}

/**
 * Starts a browser whose pages have a bridge. `route`: default: that of the browser.
 * @throws {UsageError} if no browser is installed.
 * @throws {Error} if it does not start.
 */
export async function openBridgedBrowser(choice: BrowserChoice = {}, route?: BridgeRoute): Promise<BridgedBrowser> {
  const browser = await launchBrowser(choice);
  try {
    const chosen = route ?? defaultRoute(choice);
    const bridge = await openBridge(browser, chosen);
    return {
      async openPage() {
        const context = await browser.newContext();
        const page = await context.newPage();
        let session: BridgeSession | undefined;
        return {
          page,
          route: chosen,
          webauthn: {
            async handle(handler) {
              if (session) session.handler = handler;
              else session = await bridge.attach(context, handler);
            },
            get problems() {
              return session?.problems ?? [];
            },
          },
          [Symbol.asyncDispose]: () => context.close(),
        };
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

/**
 * Starts a browser and opens a page with a bridge.
 * @throws {UsageError} if no browser is installed.
 * @throws {Error} if it does not start.
 */
export async function openBridgedPage(choice: BrowserChoice = {}): Promise<BridgedPage> {
  const browser = await openBridgedBrowser(choice);
  try {
    return { ...(await browser.openPage()), [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose]() };
  } catch (error) {
    await browser[Symbol.asyncDispose]();
    throw error;
  }
}
