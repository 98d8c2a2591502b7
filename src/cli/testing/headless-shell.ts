/** The browser of processes in tests that are not about the route into the page: it starts faster, and has the shim as its route. */
import { findBrowser } from '#browser/installed-browsers.mjs';

const shell = findBrowser('chromium_headless_shell');

/** Environment variables for such a process; none if the headless shell of Chromium is not installed. */
export const headlessShell: Readonly<Record<string, string>> = shell ? { TOUCHSTONE_CHROMIUM: shell.path } : {};
