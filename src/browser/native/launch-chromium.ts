/** Starts Chromium as people have it, in a window, with its own WebAuthn and its own dialog; nothing of ours is loaded into it. */
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
  // A kernel that is a process itself starts processes slowly: fewer of them, and more patience.
  '--ipc-connection-timeout=300',
  '--enable-features=NetworkServiceInProcess2',
  '--no-zygote',
  '--force-prefers-reduced-motion',
  '--test-type', // no bar about the missing sandbox
  // Windows without what is in them stand on the accessibility bus otherwise; `basic` leaves the pages' own content light.
  '--force-renderer-accessibility=basic',
];

const launchTimeoutMs = 120_000;

/** @throws {UsageError} when none is installed. */
export function launchNativeChromium(): Promise<Browser> {
  const found = findBrowser('chromium');
  if (!found) throw new UsageError('no Chromium-family browser found; install one or name it in TOUCHSTONE_CHROMIUM');
  return chromium.launch({
    executablePath: found.path,
    headless: false,
    chromiumSandbox: process.getuid?.() !== 0,
    timeout: launchTimeoutMs,
    args: switches,
    // Without it Chromium does not go to the accessibility bus at all.
    env: { ...process.env, ACCESSIBILITY_ENABLED: '1' } as Record<string, string>,
  });
}
