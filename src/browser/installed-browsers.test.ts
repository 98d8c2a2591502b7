import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBrowser, findBrowsers } from './installed-browsers.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'touchstone-browsers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Creates a file in the test's folder, by default executable. Returns its path. */
function install(file: string, mode = 0o755): string {
  const full = path.join(folder, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, '');
  chmodSync(full, mode);
  return full;
}

/** A machine whose folders are in the test's folder. */
const machine = (platform: NodeJS.Platform, env: Record<string, string> = {}) => ({
  platform,
  env: { PATH: ['bin', 'sbin'].map((name) => path.join(folder, name)).join(':'), ...env },
  home: path.join(folder, 'home'),
  packages: path.join(folder, 'node_modules'),
});

test('finds nothing when no browser is installed', () => {
  expect(findBrowser('chromium', machine('linux'))).toBeUndefined();
  expect(findBrowser('firefox', machine('linux'))).toBeUndefined();
});

test('orders browsers: environment variable, Playwright’s own, unbranded, branded', () => {
  const edge = install('bin/microsoft-edge-stable');
  const chrome = install('bin/google-chrome');
  const chromium = install('sbin/chromium');
  const playwright = install('home/.cache/ms-playwright/chromium-1200/chrome-linux64/chrome');
  const given = install('elsewhere/chrome');
  expect(findBrowsers('chromium', machine('linux', { TOUCHSTONE_CHROMIUM: given }))).toEqual([
    { channel: 'given', path: given },
    { channel: 'playwright', path: playwright },
    { channel: 'chromium', path: chromium },
    { channel: 'chrome', path: chrome },
    { channel: 'msedge', path: edge },
  ]);
});

test('prefers the newest full browser of Playwright’s downloads and skips the headless shell', () => {
  install('home/.cache/ms-playwright/chromium-999/chrome-linux/chrome');
  const newest = install('home/.cache/ms-playwright/chromium-1200/chrome-linux/chrome');
  install('home/.cache/ms-playwright/chromium_headless_shell-1300/chrome-linux/chrome');
  install('home/.cache/ms-playwright/chromium-tip-of-tree-1400/chrome-linux/chrome');
  expect(findBrowser('chromium', machine('linux'))?.path).toBe(newest);
});

test('finds the headless shell of Playwright and of Debian, and keeps it apart from Chromium', () => {
  const debian = install('bin/chromium-headless-shell');
  const playwright = install(
    'home/.cache/ms-playwright/chromium_headless_shell-1300/chrome-headless-shell-linux64/chrome-headless-shell',
  );
  expect(findBrowsers('chromium_headless_shell', machine('linux'))).toEqual([
    { channel: 'playwright', path: playwright },
    { channel: 'chromium', path: debian },
  ]);
  expect(findBrowsers('chromium', machine('linux'))).toEqual([]);
});

test('searches the folder of PLAYWRIGHT_BROWSERS_PATH; 0 means the folder in Playwright’s package', () => {
  const moved = install('moved/chromium-1/chrome-linux/chrome');
  const inside = install('node_modules/playwright-core/.local-browsers/chromium-1/chrome-linux/chrome');
  const { PATH } = machine('linux').env;
  const find = (value: string) =>
    findBrowser('chromium', machine('linux', { PATH: PATH ?? '', PLAYWRIGHT_BROWSERS_PATH: value }));
  expect(find(path.join(folder, 'moved'))?.path).toBe(moved);
  expect(find('0')?.path).toBe(inside);
});

test('ignores a file that is not executable', () => {
  install('bin/chromium', 0o644);
  expect(findBrowser('chromium', machine('linux'))).toBeUndefined();
});

test('finds applications on macOS and Windows', () => {
  const onMac = install('home/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
  expect(findBrowser('chromium', machine('darwin'))).toEqual({ channel: 'chrome', path: onMac });
  const onWindows = install('Program Files/Microsoft/Edge/Application/msedge.exe');
  const env = { ProgramFiles: path.join(folder, 'Program Files') };
  expect(findBrowser('chromium', machine('win32', env))).toEqual({ channel: 'msedge', path: onWindows });
});

test('prefers Firefox ESR to Firefox and ignores relative PATH entries', () => {
  install('bin/firefox');
  const esr = install('sbin/firefox-esr');
  expect(findBrowser('firefox', machine('linux'))).toEqual({ channel: 'firefox-esr', path: esr });
  expect(findBrowser('firefox', machine('linux', { PATH: 'bin:sbin' }))).toBeUndefined();
});
