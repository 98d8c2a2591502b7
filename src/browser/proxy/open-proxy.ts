/**
 * The proxy route of the bridge, for Chromium: WebAuthn requests of a browser context go to a `WebAuthnHandler` through
 * `chrome.webAuthenticationProxy`, the browser's own API for remote desktops. The page keeps its native objects, except getClientCapabilities(). The browser
 * itself checks the RP ID against the origin, permissions policy, user activation and aborts before a request arrives here.
 *
 * Behaviour of the API, observed on Chromium 156:
 * - `requestDetailsJson` names the calling frame as `extensions.remoteDesktopClientOverride: {origin, sameOriginWithAncestors}`,
 *   also for subframes. The browser overwrites any value from the page, so it can be trusted. The top-level origin is
 *   missing: it is taken from the frame tree of the context (`request-origins.ts`).
 * - `timeout` is raised to 180000 when the page asks for less, and missing when the page sets none. The browser never ends a
 *   proxied request after its timeout: the handler has to enforce it.
 * - An abort by the page cancels the request. A page that navigates or closes does not, so the bridge watches for that.
 * - An error arrives in the page with its name, but always as a DOMException, also with the name `TypeError`.
 * - A public key other than P-256, RSA or Ed25519 counts as malformed.
 * - A malformed credential is refused and the request stays pending; the worker then completes it with an error.
 * - Conditional get() is not proxied, and conditional create() arrives as an ordinary request. `page-capabilities.ts` keeps
 *   pages from using capabilities that do not reach the handler.
 * - All contexts of a browser share the attachment: `attached-contexts.ts`.
 * - The worker of a context starts with the first page. Once Playwright is attached to it, it is not stopped when idle.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Worker } from 'playwright';
import type { Bridge } from '../bridge.ts';
import { AttachedContexts, type ProxiedContext } from './attached-contexts.ts';
import { limitPageCapabilities } from './page-capabilities.ts';
import { ProxySession } from './proxy-session.ts';
import { listenForBrowser } from './proxy-socket.ts';
import { RequestOrigins } from './request-origins.ts';

const extensionFolder = path.dirname(fileURLToPath(new URL('./extension/worker.js', import.meta.url)));
const workerStartTimeoutMs = 10_000;

/**
 * Loads the extension into `browser`, which must be a Chromium started by `launchBrowser` or with `launchOptions`. A context
 * without pages gets a blank page when it is attached, because the worker starts with the first page; `attach` throws when
 * the worker does not start within 10 seconds.
 */
export async function openProxyBridge(browser: Browser): Promise<Bridge> {
  const extensionOrigin = `chrome-extension://${await loadExtension(browser)}`;
  const server = await listenForBrowser(extensionOrigin);
  const attachedContexts = new AttachedContexts();
  const sessions = new Set<ProxySession>();
  return {
    async attach(context, handler) {
      const worker = await startWorker(context, extensionOrigin);
      const origins = await RequestOrigins.observe(context);
      const { url, connected } = server.expectConnection();
      const proxied = proxiedContext(worker, url);
      await attachedContexts.attach(proxied);
      const session = new ProxySession(await connected, handler, origins, () => attachedContexts.close(proxied));
      sessions.add(session);
      await limitPageCapabilities(context, () => (session.isOpen ? session.handler : undefined));
      return session;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions].map((session) => session.close()));
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Returns the id of the extension. */
async function loadExtension(browser: Browser): Promise<string> {
  const cdp = await browser.newBrowserCDPSession();
  // This method is missing in the protocol types of Playwright.
  const send = cdp.send as unknown as (method: string, parameters: object) => Promise<{ id: string }>;
  const { id } = await send.call(cdp, 'Extensions.loadUnpacked', { path: extensionFolder, enableInIncognito: true });
  await cdp.detach();
  return id;
}

/** The global functions of `extension/worker.js`. */
type WorkerScope = { connect(url: string): Promise<void>; detach(): Promise<void> };

/** Returns the proxy API in the context of `worker`. Requests are sent to the socket of `url`. */
const proxiedContext = (worker: Worker, url: string): ProxiedContext => ({
  attach: () => worker.evaluate((to) => (globalThis as unknown as WorkerScope).connect(to), url),
  detach: () => worker.evaluate(() => (globalThis as unknown as WorkerScope).detach()),
});

async function startWorker(context: BrowserContext, extensionOrigin: string): Promise<Worker> {
  const isExtensionWorker = (worker: Worker) => worker.url().startsWith(`${extensionOrigin}/`);
  const running = context.serviceWorkers().find(isExtensionWorker);
  if (running) return running;
  const started = context.waitForEvent('serviceworker', {
    predicate: isExtensionWorker,
    timeout: workerStartTimeoutMs,
  });
  const [worker] = await Promise.all([started, context.pages().length === 0 ? context.newPage() : undefined]);
  return worker;
}
