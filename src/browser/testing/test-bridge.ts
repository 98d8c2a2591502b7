/** A browser with the bridge and a web server for tests; pages of any `*.localhost` host show an empty document. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Frame, Page } from 'playwright';
import { expect } from 'vitest';
import type { BridgeRoute, BridgeSession, BrowserEngine } from '../bridge.ts';
import { launchBrowser } from '../launch.ts';
import { openBridge } from '../open-bridge.ts';
import type { RemoteBrowser } from '../remote-browser.ts';
import type { WebAuthnHandler } from '../webauthn-handler.ts';
import { approvingHandler } from './approving-handler.ts';

export interface TestBridge extends AsyncDisposable {
  /**
   * Opens a page whose WebAuthn requests go to `handler`. The first page of a test is in a context that earlier tests have
   * used, which saves most of the time of a test; every other one is in a new context.
   */
  openPage(handler: WebAuthnHandler, host?: string): Promise<OpenedPage>;
  originOf(host: string): string;
  /** Ends a test: closes what the next one cannot use. */
  reset(): Promise<void>;
}

interface OpenedPage {
  page: Page;
  /** Its `problems` are those of this test. */
  session: BridgeSession;
}

export interface TestBridgeOptions {
  engine: BrowserEngine;
  route: BridgeRoute;
  /** Starts a Playwright server that starts the browser. */
  startServer?: () => Promise<RemoteServer>;
  /** Runs in every document before the bridge. */
  prepare?: () => void;
}

export interface RemoteServer extends RemoteBrowser, AsyncDisposable {}

/**
 * The content of a page: its query may have a `script` to run and a Permissions-Policy header `policy`. An inline script
 * runs without the user activation that Playwright's `evaluate` brings.
 */
function servePages() {
  return createServer(({ url = '/' }, response) => {
    const { searchParams } = new URL(url, 'http://localhost');
    const policy = searchParams.get('policy');
    if (policy !== null) response.setHeader('permissions-policy', policy);
    response
      .setHeader('content-type', 'text/html')
      .end(
        `<!doctype html><title>RP</title><body style="height: 100px"><script>${searchParams.get('script') ?? ''}</script>`,
      );
  });
}

export async function startTestBridge({ engine, route, startServer, prepare }: TestBridgeOptions): Promise<TestBridge> {
  const server = servePages();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connect = await startServer?.();
  const browser = await launchBrowser({ engine, preferHeadlessShell: route === 'shim', ...(connect && { connect }) });
  const bridge = await openBridge(browser, route);
  const originOf = (host: string) => `http://${host}:${port}`;
  let used: AttachedContext[] = [];
  let idle: AttachedContext | undefined;

  async function attach(): Promise<AttachedContext> {
    const context = await browser.newContext();
    if (prepare) await context.addInitScript(prepare);
    const session = await bridge.attach(context, approvingHandler);
    const page = context.pages()[0] ?? (await context.newPage());
    return { context, session, page, isClosed: false };
  }

  return {
    originOf,
    async openPage(handler, host = 'localhost') {
      const attached = idle ?? (await attach());
      idle = undefined;
      used.push(attached);
      attached.session.handler = handler;
      await attached.page.goto(originOf(host));
      return { page: attached.page, session: sessionOfTest(attached) };
    },
    async reset() {
      const reusable = used.find(({ isClosed, page }) => !isClosed && !page.isClosed());
      const others = reusable?.context.pages().filter((page) => page !== reusable.page) ?? [];
      await Promise.all(used.filter((attached) => attached !== reusable).map(({ context }) => context.close()));
      await Promise.all(others.map((page) => page.close()));
      await reusable?.page.unrouteAll();
      used = [];
      idle = reusable;
    },
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await browser.close();
      await connect?.[Symbol.asyncDispose]();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface AttachedContext {
  context: BrowserContext;
  session: BridgeSession;
  page: Page;
  /** Whether the test has closed the session. */
  isClosed: boolean;
}

function sessionOfTest(attached: AttachedContext): BridgeSession {
  const { session } = attached;
  const earlier = session.problems.length;
  return {
    get handler() {
      return session.handler;
    },
    set handler(handler) {
      session.handler = handler;
    },
    get problems() {
      return session.problems.slice(earlier);
    },
    close() {
      attached.isClosed = true;
      return session.close();
    },
  };
}

/** What a ceremony in a page ended with. */
export interface Outcome {
  /** The credential as JSON. */
  credential?: Record<string, unknown>;
  error?: { name: string; message: string; isDomException: boolean };
}

/** Calls create() in the page. `options` replaces members of valid options. */
export const createInPage = (page: Page | Frame, options: object = {}, more: object = {}): Promise<Outcome> =>
  page.evaluate(
    async ({ options, more }) => {
      const publicKey = {
        rp: { name: 'RP' },
        user: { id: new Uint8Array([1]), name: 'ada', displayName: 'Ada' },
        challenge: new Uint8Array(32),
        pubKeyCredParams: [{ type: 'public-key' as const, alg: -7 }],
        ...options,
      };
      try {
        const credential = (await navigator.credentials.create({ publicKey, ...more })) as PublicKeyCredential;
        return { credential: { ...credential.toJSON() } };
      } catch (error) {
        const { name, message } = error as DOMException;
        return { error: { name, message, isDomException: error instanceof DOMException } };
      }
    },
    { options, more },
  );

/** Calls create() in a frame that the user has clicked. */
export async function createAfterClick(frame: Frame, more: object = {}): Promise<Outcome> {
  await frame.locator('body').click();
  return createInPage(frame, {}, more);
}

/** Calls get() in the page. `options` replaces members of valid options. */
export const getInPage = (page: Page | Frame, options: object = {}, more: object = {}): Promise<Outcome> =>
  page.evaluate(
    async ({ options, more }) => {
      const publicKey = { challenge: new Uint8Array(32), ...options };
      try {
        const credential = (await navigator.credentials.get({ publicKey, ...more })) as PublicKeyCredential;
        return { credential: { ...credential.toJSON() } };
      } catch (error) {
        const { name, message } = error as DOMException;
        return { error: { name, message, isDomException: error instanceof DOMException } };
      }
    },
    { options, more },
  );

export const pageGone: Outcome = {};

/** Resolves with the outcome, or with `pageGone` when its page is left first. */
export const untilPageGone = (outcome: Promise<Outcome>): Promise<Outcome> => outcome.catch(() => pageGone);

/** Like `expect.poll`, with a time limit for a machine that is busy. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000 });

/** Adds a frame to the page, or to one of its frames, and waits until it is loaded. */
export async function addFrame(parent: Page | Frame, src: string, allow = ''): Promise<Frame> {
  const page = 'page' in parent ? parent.page() : parent;
  const before = new Set(page.frames());
  await parent.evaluate(
    ({ src, allow }) => {
      const frame = Object.assign(document.createElement('iframe'), { src, allow });
      return new Promise((resolve) => {
        frame.onload = resolve;
        document.body.append(frame);
      });
    },
    { src, allow },
  );
  const added = page.frames().find((frame) => !before.has(frame));
  if (!added) throw new Error(`The page has no new frame for ${src}`);
  return added;
}
