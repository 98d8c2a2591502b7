/** Starts Firefox as people have it, in a window, with its own WebAuthn and its own prompts; nothing of ours is loaded into it. */
import { type Browser, firefox } from 'playwright';
import { UsageError } from '#base/errors.ts';
import { findBrowsers } from '../installed-browsers.mjs';

const preferences = {
  'security.webauth.webauthn_enable_usbtoken': true,
  // A prompt takes no click in its first half second, and tells nobody; the reader is not a web page that lures people.
  'security.notification_enable_delay': 0,
  'gfx.webrender.software': true,
  'ui.prefersReducedMotion': 1,
};

/** A kernel that is a process itself has no use for sandboxes of its own, nor the time that they take. */
const withoutSandboxes = {
  MOZ_DISABLE_CONTENT_SANDBOX: '1',
  MOZ_DISABLE_GMP_SANDBOX: '1',
  MOZ_DISABLE_RDD_SANDBOX: '1',
  MOZ_DISABLE_SOCKET_PROCESS_SANDBOX: '1',
  MOZ_DISABLE_UTILITY_SANDBOX: '1',
};

const launchTimeoutMs = 180_000;

/** @throws {UsageError} when none is installed. */
export function launchNativeFirefox(): Promise<Browser> {
  // Playwright's own build is patched.
  const found = findBrowsers('firefox').find(({ channel }) => channel !== 'playwright');
  if (!found) throw new UsageError('no Firefox found; install one or name it in TOUCHSTONE_FIREFOX');
  return firefox.launch({
    channel: 'moz-firefox',
    executablePath: found.path,
    headless: false,
    timeout: launchTimeoutMs,
    firefoxUserPrefs: preferences,
    // Without it Firefox does not go to the accessibility bus at all.
    env: { ...process.env, ...withoutSandboxes, GNOME_ACCESSIBILITY: '1' } as Record<string, string>,
  });
}
