/** Navigation to a URL from a page that may itself start a navigation at the same time. */
import type { Page } from 'playwright';
import { systemClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';

/**
 * Opens `url`. A page that navigates at the same time, as after a sign-in, aborts the navigation, which is then repeated.
 * @throws {Error} if the URL cannot be opened.
 */
export async function goTo(page: Page, url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const earlierUrl = page.url();
    try {
      await page.goto(url);
      return;
    } catch (error) {
      if (isInterruptedBy(url, error)) return page.waitForLoadState();
      if (attempt === maxAttempts || !isAborted(error) || !(await hasLeft(page, earlierUrl))) throw error;
    }
  }
}

/** A page may redirect a few times. */
const maxAttempts = 3;
/** Between the abort and the commit of the other navigation; an answer without a page, e.g. a download, aborts the navigation, too. */
const otherPageMs = 5_000;
const pollMs = 20;

const isAborted = (error: unknown): boolean =>
  /net::ERR_ABORTED|NS_BINDING_ABORTED|interrupted by another navigation/.test(messageOf(error));

/** Whether the navigation that came instead goes to the same URL, as that of an earlier attempt. */
const isInterruptedBy = (url: string, error: unknown): boolean =>
  messageOf(error).includes(`interrupted by another navigation to "${url}"`);

/** Whether the page itself navigates from `earlierUrl` to another URL. Playwright's `waitForURL` would end with the error of the aborted navigation. */
async function hasLeft(page: Page, earlierUrl: string): Promise<boolean> {
  for (const start = systemClock.monotonic(); page.url() === earlierUrl; await systemClock.sleep(pollMs))
    if (systemClock.monotonic() - start > otherPageMs) return false;
  return true;
}
