import { afterEach, describe, expect, test } from 'vitest';
import { findBrowser } from './installed-browsers.mjs';
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
