/**
 * The bridge into a Chromium page: WebAuthn requests of a browser context go to a `WebAuthnHandler`, through the browser's own
 * door for remote desktops, `chrome.webAuthenticationProxy`. The page keeps its native objects; the browser itself checks the
 * RP ID against the caller's origin, permissions policy, user activation and aborts before anything arrives here.
 *
 * What the door gives, as found on Chromium 156:
 * - The caller stands in `requestDetailsJson` as `extensions.remoteDesktopClientOverride: {origin, sameOriginWithAncestors}`.
 *   The browser writes it and overwrites what a page puts there, so it is the one thing the bridge believes. It is right for
 *   frames too. The top-level origin is not given: it is read off the context's frame tree (`callers.ts`).
 * - `timeout` is raised to 180000 when the page asks for less, and absent when the page gives none. Enforcing it is the
 *   handler's business: the browser never ends a proxied request by itself.
 * - A page abort cancels the request; a page that navigates or closes does not, so the bridge watches for that itself.
 * - An error name arrives unchanged, but always in a DOMException: `TypeError` is a DOMException named so.
 * - A credential key other than P-256, RSA or Ed25519 counts as malformed.
 * - An answer that is no well-formed credential is refused and the request stays pending; the worker then ends it with an error.
 * - Conditional mediation is not proxied: a page that asks sees `conditionalGet: false`.
 * - A context's worker starts with its first page and, once attached to by Playwright, is not stopped for being idle.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Worker } from 'playwright';
import { BridgeSession } from './bridge-session.ts';
import { listenForBrowser } from './bridge-socket.ts';
import { RequestOrigins } from './request-origins.ts';
import type { WebAuthnHandler } from './webauthn-handler.ts';

const extensionFolder = path.dirname(fileURLToPath(new URL('./extension/worker.js', import.meta.url)));
const workerStartTimeoutMs = 10_000;

export interface Bridge extends AsyncDisposable {
  /**
   * Hands WebAuthn in `context` to `handler`; resolves when the next request will arrive there. A context without a page gets
   * a blank one, `context.pages()[0]`, because its worker starts with the first page.
   */
  attach(context: BrowserContext, handler: WebAuthnHandler): Promise<BridgeSession>;
}

/** Loads the extension into `browser`, which must come from `launchBrowser`. */
export async function openBridge(browser: Browser): Promise<Bridge> {
  const extensionOrigin = `chrome-extension://${await loadExtension(browser)}`;
  const server = await listenForBrowser(extensionOrigin);
  return {
    async attach(context, handler) {
      const worker = await extensionWorker(context, extensionOrigin);
      const callers = await RequestOrigins.of(context);
      const { url, accepted } = server.invite();
      await worker.evaluate(connectWorker, url);
      return new BridgeSession(await accepted, handler, callers);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function loadExtension(browser: Browser): Promise<string> {
  const cdp = await browser.newBrowserCDPSession();
  // Newer than the protocol types that Playwright ships.
  const send = cdp.send as unknown as (method: string, parameters: object) => Promise<{ id: string }>;
  const { id } = await send.call(cdp, 'Extensions.loadUnpacked', { path: extensionFolder, enableInIncognito: true });
  await cdp.detach();
  return id;
}

/** Runs in the worker, where `connect` is the global of `extension/worker.js`. */
const connectWorker = (url: string) => (globalThis as unknown as { connect(url: string): Promise<void> }).connect(url);

async function extensionWorker(context: BrowserContext, extensionOrigin: string): Promise<Worker> {
  const isOurs = (worker: Worker) => worker.url().startsWith(`${extensionOrigin}/`);
  const running = context.serviceWorkers().find(isOurs);
  if (running) return running;
  const started = context.waitForEvent('serviceworker', { predicate: isOurs, timeout: workerStartTimeoutMs });
  const [worker] = await Promise.all([started, context.pages().length === 0 ? context.newPage() : undefined]);
  return worker;
}
