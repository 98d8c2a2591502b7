/** Starts Chromium so that the bridge can be opened in it and nothing in the browser talks to the network on its own. */
import { type Browser, chromium, type LaunchOptions } from 'playwright';
import { UsageError } from '#base/errors.ts';
import { findBrowser } from './installed-browsers.mjs';

export interface BrowserChoice {
  /** Shows the window. */
  headed?: boolean;
  /** Browser to start; without it the best one on this machine (`installed-browsers.mjs`). */
  executablePath?: string;
  /** Milliseconds to wait before each of Playwright's operations, for people who watch. */
  slowMo?: number;
}

const switches = [
  '--enable-unsafe-extension-debugging', // lets CDP load the bridge's extension
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/**
 * What Playwright must know to start a browser that takes the bridge.
 * @throws {UsageError} when no browser was named and none is installed.
 */
export function launchOptions({ headed = false, executablePath, slowMo }: BrowserChoice = {}): LaunchOptions {
  return {
    executablePath: executablePath ?? installedChromium(),
    headless: !headed,
    ...(slowMo === undefined ? {} : { slowMo }),
    ignoreDefaultArgs: ['--disable-extensions'],
    args: switches,
    // Chromium's sandbox refuses to run as root.
    chromiumSandbox: process.platform === 'linux' ? process.getuid?.() !== 0 : true,
  };
}

export const launchBrowser = (choice?: BrowserChoice): Promise<Browser> => chromium.launch(launchOptions(choice));

function installedChromium(): string {
  const found = findBrowser('chromium');
  if (!found) throw new UsageError('no Chromium-family browser found; install one or name it in TOUCHSTONE_CHROMIUM');
  return found.path;
}
