/** Starts Chromium so that the bridge can be loaded, and so that the browser itself makes no network requests. */
import { type Browser, chromium, type LaunchOptions } from 'playwright';
import { UsageError } from '#base/errors.ts';
import { findBrowser } from './installed-browsers.mjs';

export interface BrowserChoice {
  /** Whether to show the window. */
  headed?: boolean;
  /** Browser to start. Default: the first one that `installed-browsers.mjs` finds. */
  executablePath?: string;
  /** Milliseconds to wait before each of Playwright's operations, so that a run can be watched. */
  slowMo?: number;
}

const switches = [
  '--enable-unsafe-extension-debugging', // allows CDP to load the extension of the bridge
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/**
 * Returns Playwright's options to start a browser for the bridge.
 * @throws {UsageError} when no browser is given and none is installed.
 */
export function launchOptions({ headed = false, executablePath, slowMo }: BrowserChoice = {}): LaunchOptions {
  return {
    executablePath: executablePath ?? findChromium(),
    headless: !headed,
    ...(slowMo === undefined ? {} : { slowMo }),
    ignoreDefaultArgs: ['--disable-extensions'],
    args: switches,
    // Chromium's sandbox does not run as root.
    chromiumSandbox: process.platform === 'linux' ? process.getuid?.() !== 0 : true,
  };
}

/** Starts Chromium for the bridge. @throws {UsageError} when no browser is given and none is installed. */
export const launchBrowser = (choice?: BrowserChoice): Promise<Browser> => chromium.launch(launchOptions(choice));

function findChromium(): string {
  const found = findBrowser('chromium');
  if (!found)
    throw new UsageError(
      'No Chromium-family browser found. Install one, or set TOUCHSTONE_CHROMIUM to its executable.',
    );
  return found.path;
}
