/** A Chromium with the bridge and a web server for tests; pages of any `*.localhost` host show an empty document. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright';
import { defined } from '#base/testing/defined.ts';
import { openBridge } from '../bridge.ts';
import type { BridgeSession } from '../bridge-session.ts';
import { launchBrowser } from '../launch.ts';
import type { WebAuthnHandler } from '../webauthn-handler.ts';

export interface TestBridge extends AsyncDisposable {
  /** Opens a page in a new context whose WebAuthn requests go to `handler`. */
  openPage(handler: WebAuthnHandler, host?: string): Promise<{ page: Page; session: BridgeSession }>;
  originOf(host: string): string;
  /** Closes the contexts of all opened pages. */
  closeContexts(): Promise<void>;
}

export async function startTestBridge(): Promise<TestBridge> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>RP</title>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launchBrowser();
  const bridge = await openBridge(browser);
  const contexts: BrowserContext[] = [];
  const originOf = (host: string) => `http://${host}:${port}`;
  return {
    originOf,
    async openPage(handler, host = 'localhost') {
      const context = await browser.newContext();
      contexts.push(context);
      const session = await bridge.attach(context, handler);
      const page = defined(context.pages()[0]);
      await page.goto(originOf(host));
      return { page, session };
    },
    async closeContexts() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
    },
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Calls create() in the page. Returns the credential, or the name and message of the DOMException. */
export const createInPage = (page: Page, options: object = {}) =>
  page.evaluate(async (options) => {
    const publicKey = {
      rp: { name: 'RP' },
      user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
      challenge: new Uint8Array(32),
      pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
      ...options,
    };
    try {
      return { credential: ((await navigator.credentials.create({ publicKey })) as PublicKeyCredential).toJSON() };
    } catch (error) {
      const { name, message } = error as DOMException;
      return { error: { name, message, native: error instanceof DOMException } };
    }
  }, options);
