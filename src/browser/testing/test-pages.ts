/**
 * Chromium for the tests of a file. The first page of a test is in a context that earlier tests have used, which saves most of the
 * time of a test; every other page is closed after the test.
 */

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { defined } from '#base/testing/defined.ts';
import { goTo } from '../go-to.ts';
import { launchBrowser } from '../launch.ts';

export interface TestPages {
  /** Returns a blank page without cookies and without routes, in a context with the given options. */
  openPage(): Promise<Page>;
}

/** Starts the browser before the tests of the file or group that calls it, and closes it after them. */
export function useTestPages(options: BrowserContextOptions = {}): TestPages {
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  beforeAll(async () => {
    browser = await launchBrowser({ preferHeadlessShell: true });
  }, 60_000);
  afterEach(() => context && reset(context));
  afterAll(() => browser?.close(), 60_000);
  return {
    async openPage() {
      context ??= await defined(browser).newContext(options);
      return context.pages()[0] ?? (await context.newPage());
    },
  };
}

/** Leaves one blank page, or none if the test has closed all. */
async function reset(context: BrowserContext): Promise<void> {
  const [first, ...others] = context.pages();
  await Promise.all(others.map((page) => page.close()));
  if (first) await goTo(first, 'about:blank');
  await context.unrouteAll();
  await first?.unrouteAll();
  await context.clearCookies();
}
