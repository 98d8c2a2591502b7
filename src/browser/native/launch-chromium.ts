/** Starts an unmodified Chromium in a window, with its own WebAuthn and its own dialog. The bridge is not loaded. */
import { type Browser, chromium } from 'playwright';
import { UsageError } from '#base/errors.ts';
import { findBrowser } from '../installed-browsers.mjs';

const switches = [
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--window-size=1200,850',
  '--window-position=0,0',
  '--disable-background-networking',
  '--disable-component-update',
  '--password-store=basic',
  // The user-mode Linux of the kernel lab starts processes slowly: use fewer of them and longer timeouts.
  '--ipc-connection-timeout=300',
  '--enable-features=NetworkServiceInProcess2',
  '--no-zygote',
  '--force-prefers-reduced-motion',
  '--test-type', // hides the infobar about the missing sandbox
  // Without this, the accessibility bus lists windows without their content. `basic` costs little for the web content.
  '--force-renderer-accessibility=basic',
];

const launchTimeoutMs = 120_000;

/** @throws {UsageError} when no Chromium is installed. */
export function findNativeChromium(): string {
  const found = findBrowser('chromium');
  if (!found)
    throw new UsageError(
      'No Chromium-family browser found. Install one, or set TOUCHSTONE_CHROMIUM to its executable.',
    );
  return found.path;
}

export function launchNativeChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: false,
    chromiumSandbox: process.getuid?.() !== 0,
    timeout: launchTimeoutMs,
    args: switches,
    // Without this, Chromium does not connect to the accessibility bus.
    env: { ...process.env, ACCESSIBILITY_ENABLED: '1' } as Record<string, string>,
  });
}
