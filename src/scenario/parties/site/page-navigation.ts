/** Errors of Playwright because a page was left, or its tab closed, while it was read or acted on. */
import { messageOf } from '#base/errors.ts';

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
