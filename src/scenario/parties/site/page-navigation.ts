/** Errors of Playwright because a page was left while it was read. */
import { messageOf } from '#base/errors.ts';

export const isNavigation = (error: unknown): boolean =>
  /context was destroyed|frame was detached/i.test(messageOf(error));
