/** Starts a browser for the bridge, or connects to one, and keeps the browser itself from making network requests. */
import { type Browser, type BrowserType, chromium, firefox, type LaunchOptions, webkit } from 'playwright';
import { messageOf, UnavailableError, UsageError } from '#base/errors.ts';
import type { BrowserEngine } from './bridge.ts';
import { checkContexts } from './check-contexts.ts';
import { findBrowsers, notInstalledMessage } from './installed-browsers.mjs';
import { type RemoteBrowser, withoutSecrets } from './remote-browser.ts';

export interface BrowserChoice {
  /** Default: Chromium. */
  engine?: BrowserEngine;
  /** Whether to show the window. */
  headed?: boolean;
  /** Lets scripts in pages of Chromium read `computedRole` and `computedName` of elements. */
  accessibilityInfo?: boolean;
  /** Browser to start. Default: the first one of the engine that `installed-browsers.mjs` finds. */
  executablePath?: string;
  /**
   * Whether the headless shell of Chromium is started instead, if it is installed: its pages open in a quarter of the time, but it has no
   * extensions, and so no proxy route.
   */
  preferHeadlessShell?: boolean;
  /** Milliseconds to wait before each of Playwright's operations, so that a run can be watched. */
  slowMo?: number;
  /** Playwright server that starts the browser; everything but `engine` and `slowMo` is then its decision. */
  connect?: RemoteBrowser;
}

/** Playwright's name of a Firefox that is not its own build. */
const stockFirefox = 'moz-firefox';
/** A grid may have to start a machine first. */
const connectTimeoutMs = 60_000;

/** How the engines differ when they are started. */
interface Engine {
  type: BrowserType;
  options(choice: BrowserChoice, found: { channel: string }): LaunchOptions;
}

const chromiumSwitches = [
  '--enable-unsafe-extension-debugging', // allows CDP to load the extension of the proxy route
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** Only for a Firefox that is not Playwright's own, which has them built in. */
const firefoxPreferences = {
  // One process for all origins: a click into a frame of another process does not arrive there (observed: Firefox 153).
  'fission.webContentIsolationStrategy': 0,
  'dom.ipc.processPrelaunch.enabled': false,
};

const engines: Record<BrowserEngine, Engine> = {
  chromium: {
    type: chromium,
    options: ({ accessibilityInfo = false }) => ({
      ignoreDefaultArgs: ['--disable-extensions'],
      args: [...chromiumSwitches, ...(accessibilityInfo ? ['--enable-blink-features=ComputedAccessibilityInfo'] : [])],
      // Chromium's sandbox does not run as root.
      chromiumSandbox: process.platform === 'linux' ? process.getuid?.() !== 0 : true,
    }),
  },
  firefox: {
    type: firefox,
    // Playwright's build of Firefox has its own protocol; every other Firefox has WebDriver BiDi.
    options: (_, { channel }) =>
      channel === 'playwright' ? {} : { channel: stockFirefox, firefoxUserPrefs: firefoxPreferences },
  },
  webkit: {
    type: webkit,
    options: () => ({}),
  },
};

/**
 * Returns Playwright's options to start a browser for the bridge.
 * @throws {UsageError} when no browser is given and none is installed.
 */
export function launchOptions(choice: BrowserChoice = {}): LaunchOptions {
  const { engine = 'chromium', headed = false, executablePath, slowMo } = choice;
  const found = installedFor(choice).find(({ path }) => executablePath === undefined || path === executablePath);
  const path = executablePath ?? found?.path;
  const { options } = engines[engine];
  if (path === undefined) throw new UsageError(notInstalledMessage(engine));
  return {
    executablePath: path,
    headless: !headed,
    ...(slowMo === undefined ? {} : { slowMo }),
    ...options(choice, { channel: found?.channel ?? 'given' }),
  };
}

/** Returns the browsers that `choice` allows, the preferred one first. */
function installedFor({ engine = 'chromium', headed = false, preferHeadlessShell = false }: BrowserChoice) {
  const shells = engine === 'chromium' && preferHeadlessShell && !headed ? findBrowsers('chromium_headless_shell') : [];
  return [...shells, ...findBrowsers(engine)];
}

/**
 * Starts a browser for the bridge, or connects to the server of `choice.connect`.
 * @throws {UsageError} when no browser is given and none is installed.
 * @throws {UnavailableError} when the server cannot be reached, or starts no browser; when Playwright cannot drive the browser.
 * @throws {Error} when the browser does not start.
 */
export async function launchBrowser(choice: BrowserChoice = {}): Promise<Browser> {
  const { engine = 'chromium', connect, slowMo } = choice;
  const { type } = engines[engine];
  if (!connect) {
    const options = launchOptions(choice);
    const browser = await type.launch(options);
    if (options.channel === stockFirefox) await checkContexts(browser);
    return browser;
  }
  const { endpoint, headers, reachesThisMachine = false } = connect;
  try {
    return await type.connect(endpoint, {
      timeout: connectTimeoutMs,
      ...(!reachesThisMachine && { exposeNetwork: '<loopback>' }), // a relying party here, such as the reference portal
      ...(headers && { headers }),
      ...(slowMo !== undefined && { slowMo }),
    });
  } catch (cause) {
    throw new UnavailableError(`Cannot connect to a browser at ${withoutSecrets(endpoint)}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** Returns the message of Playwright in one line, without the name of the method, the frame around it and the log. */
const reasonOf = (error: unknown): string =>
  messageOf(error)
    .replace(/^browserType\.connect: /, '')
    .replace(/\s*Call log:.*$/s, '')
    .replaceAll(/[╔═╗║╚╝]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Returns the engine of a browser that Playwright has started or is connected to. */
export const engineOf = (browser: Browser): BrowserEngine => browser.browserType().name() as BrowserEngine;
