import { afterEach, describe, expect, test } from 'vitest';
import { findBrowser } from './installed-browsers.mjs';
import { defaultRoute } from './open-bridge.ts';
import { StartedBrowsers } from './started-browsers.ts';

describe.skipIf(!findBrowser('chromium'))('StartedBrowsers', () => {
  let browsers: StartedBrowsers | undefined;
  afterEach(() => browsers?.[Symbol.asyncDispose]());

  test('starts a browser and a bridge once, and again when the browser has ended', async () => {
    browsers = new StartedBrowsers({});
    const [first, same] = [await browsers.start('chromium'), await browsers.start('chromium')];
    expect(same).toBe(first);
    const bridge = await browsers.bridge('chromium', 'shim');
    expect(await browsers.bridge('chromium', 'shim')).toBe(bridge);
    await first.close();
    expect(await browsers.bridge('chromium', 'shim')).not.toBe(bridge);
    expect(await browsers.start('chromium')).not.toBe(first);
  });

  test('tries again after a browser that could not be started', async () => {
    browsers = new StartedBrowsers({ executablePath: '/no-such-folder/chromium' });
    await expect(browsers.start('chromium')).rejects.toThrow(/no-such-folder/);
    await expect(browsers.start('chromium')).rejects.toThrow(/no-such-folder/);
  });

  test('closes every browser', async () => {
    browsers = new StartedBrowsers({});
    const browser = await browsers.start('chromium');
    await browsers[Symbol.asyncDispose]();
    expect(browser.isConnected()).toBe(false);
  });
});

test.each([
  [{ executablePath: '/opt/chromium/chrome' }, 'proxy'],
  [{ executablePath: '/usr/bin/chromium-headless-shell' }, 'shim'],
  [{ executablePath: '/opt/chrome-headless-shell-linux64/chrome-headless-shell' }, 'shim'],
  [{ executablePath: '/opt/chrome-linux/headless_shell' }, 'shim'],
  [{ engine: 'firefox', executablePath: '/usr/bin/firefox' }, 'shim'],
  [{ connect: { endpoint: 'ws://127.0.0.1:3000/' } }, 'shim'],
] as const)('the default route of %j is %s', (choice, route) => {
  expect(defaultRoute(choice)).toBe(route);
});
