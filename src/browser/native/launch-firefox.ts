/** Starts an unmodified Firefox in a window, with its own WebAuthn and its own prompts. */
import { type Browser, firefox } from 'playwright';
import { UsageError } from '#base/errors.ts';
import { findBrowsers } from '../installed-browsers.mjs';

const preferences = {
  'security.webauth.webauthn_enable_usbtoken': true,
  // By default a prompt ignores clicks in its first half second, as a protection against misleading web pages.
  'security.notification_enable_delay': 0,
  'gfx.webrender.software': true,
  'ui.prefersReducedMotion': 1,
};

/** The kernel lab is isolated already, and sandboxes slow the start down there. */
const disabledSandboxes = {
  MOZ_DISABLE_CONTENT_SANDBOX: '1',
  MOZ_DISABLE_GMP_SANDBOX: '1',
  MOZ_DISABLE_RDD_SANDBOX: '1',
  MOZ_DISABLE_SOCKET_PROCESS_SANDBOX: '1',
  MOZ_DISABLE_UTILITY_SANDBOX: '1',
};

const launchTimeoutMs = 180_000;

/** @throws {UsageError} when no Firefox is installed. */
export function findNativeFirefox(): string {
  // Playwright's own build is modified.
  const found = findBrowsers('firefox').find(({ channel }) => channel !== 'playwright');
  if (!found) throw new UsageError('No Firefox found. Install one, or set TOUCHSTONE_FIREFOX to its executable.');
  return found.path;
}

export function launchNativeFirefox(executablePath: string): Promise<Browser> {
  return firefox.launch({
    channel: 'moz-firefox',
    executablePath,
    headless: false,
    timeout: launchTimeoutMs,
    firefoxUserPrefs: preferences,
    // Without this, Firefox does not connect to the accessibility bus.
    env: { ...process.env, ...disabledSandboxes, GNOME_ACCESSIBILITY: '1' } as Record<string, string>,
  });
}
