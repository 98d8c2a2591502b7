/** What can happen to a page while it is read or acted on: it still loads, it is left, or its tab is closed. */
import type { Page } from 'playwright';
import { abortable } from '#base/async.ts';
import { messageOf } from '#base/errors.ts';

/** Whether an error of Playwright means that the page has navigated, or that its tab was closed. */
export const isNavigation = (error: unknown): boolean =>
  /context was destroyed|frame was detached/i.test(messageOf(error)) || isTabClosed(error);

const isTabClosed = (error: unknown): boolean => /page, context or browser has been closed/i.test(messageOf(error));

/** Does `action`. The page may react by closing its own tab before Playwright has the answer: then the action is done, too. */
export async function actOnPage(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isTabClosed(error)) throw error;
  }
}

/**
 * Waits until the scripts of the page have run that belong to its HTML, also deferred ones and modules. Before, elements are visible that do
 * not react yet.
 * @throws {Error} if `signal` aborts first.
 */
export async function whenScriptsHaveRun(page: Page, signal: AbortSignal): Promise<void> {
  try {
    await abortable(page.waitForLoadState('domcontentloaded', { timeout: 0 }), signal);
  } catch (error) {
    if (isNavigation(error)) return; // the action reports the problem
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new Error(`The page at ${new URL(page.url()).pathname} has not loaded its scripts`, { cause: error });
  }
}
