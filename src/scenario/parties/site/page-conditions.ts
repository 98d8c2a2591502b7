/** Conditions of site files on a page: what it shows, and its path. */
import type { Locator, Page } from 'playwright';
import type { PageLocator } from '../../language/schema/locator.ts';
import type { PageCondition } from '../../language/site-definition.ts';
import { describeTarget, findElement, type Scope, whenVisible } from './find-element.ts';
import { isNavigation } from './page-navigation.ts';
import { matchesPath } from './path-pattern.ts';
import type { Site } from './site.ts';

/** Returns whether the condition is true now. */
export async function isTrue({ visible, at }: PageCondition, page: Page, scope: Scope = page): Promise<boolean> {
  if (at !== undefined && !matchesPath(at, new URL(page.url()).pathname)) return false;
  return visible === undefined || (await shownBy(visible, scope).count()) > 0;
}

/**
 * Returns whether the condition is true, now or before the page is idle. If the page navigates during that, it is read again.
 * @throws {Error} if `signal` aborts first.
 */
export function isTrueWhenIdle(condition: PageCondition, site: Site, signal: AbortSignal): Promise<boolean> {
  const check = async (page: Page): Promise<boolean | undefined> => {
    const { isIdle } = site; // before the page is read
    if (await isTrue(condition, page, site.scopeOf(page))) return true;
    return isIdle ? false : undefined;
  };
  const explain = () => new Error(`Cannot tell whether the page at ${site.path} shows ${describeCondition(condition)}`);
  return site.until((page) => check(page).catch((error) => ignoreNavigation(error, signal)), signal, explain);
}

/**
 * Waits until one of the conditions is true. Returns the index of the first one that is.
 * @throws {Error} if `signal` aborts first; the message lists the conditions.
 */
export function firstTrue(conditions: readonly PageCondition[], site: Site, signal: AbortSignal): Promise<number> {
  const explain = () =>
    new Error(`The page shows none of these: ${conditions.map(describeCondition).join(', ')}. It is at ${site.path}`);
  const check = async (page: Page): Promise<number | undefined> => {
    const scope = site.scopeOf(page);
    const any = anyOf(conditions, scope);
    if (any) await whenVisible(any.first(), signal);
    for (const [index, condition] of conditions.entries()) if (await isTrue(condition, page, scope)) return index;
    return undefined; // what was visible has disappeared: another page is loading
  };
  return site.until((page) => check(page).catch((error) => ignoreNavigation(error, signal)), signal, explain);
}

/** Returns a locator of anything that a condition expects. Undefined if a condition expects only a path, or something in a frame. */
function anyOf(conditions: readonly PageCondition[], scope: Scope): Locator | undefined {
  const shown = conditions.flatMap(({ visible }) => (visible === undefined || isInFrame(visible) ? [] : [visible]));
  if (shown.length < conditions.length) return undefined;
  return shown.map((visible) => shownBy(visible, scope)).reduce((all, one) => all.or(one));
}

const isInFrame = (visible: string | PageLocator): boolean =>
  typeof visible === 'object' && (visible.frame !== undefined || (visible.within ? isInFrame(visible.within) : false));

/** Returns a locator of what a condition expects to be visible. */
const shownBy = (visible: string | PageLocator, scope: Scope): Locator =>
  (typeof visible === 'string' ? scope.getByText(visible) : findElement(scope, visible)).filter({ visible: true });

/** A page that is left while it is read is read again. An aborted signal is handled by the caller. */
function ignoreNavigation(error: unknown, signal: AbortSignal): undefined {
  if (!signal.aborted && !isNavigation(error)) throw error;
}

const describeCondition = ({ visible, at }: PageCondition): string => {
  const shown = typeof visible === 'object' ? describeTarget(visible) : visible && `"${visible}"`;
  return [shown, at && `at ${at}`].filter(Boolean).join(' ');
};
