/** Finds the elements that the locators of scenarios and site files describe, with Playwright's locators. */
import type { FrameLocator, Locator, Page } from 'playwright';
import { abortable } from '#base/async.ts';
import { type PageLocator, parseTextPattern } from '../../language/schema/locator.ts';

export type Scope = Page | FrameLocator | Locator;

/** Returns Playwright's locator of `target`. Nothing is looked up yet. */
export function findElement(page: Scope, target: PageLocator): Locator {
  const { frame, within, nth } = target;
  const document: Scope = frame ? findElement(page, frame).contentFrame() : page;
  const scope = within ? findElement(document, within) : document;
  const hasText = target['has-text'];
  const found = findTarget(scope, target);
  const filtered = hasText === undefined ? found : found.filter({ hasText: toMatcher(hasText) });
  return nth === undefined ? filtered : filtered.nth(nth);
}

function findTarget(scope: Scope, { exact, ...target }: PageLocator): Locator {
  const options = exact === undefined ? {} : { exact };
  const { role, name, label, text, placeholder, css } = target;
  if (role !== undefined)
    return scope.getByRole(role, { ...(name !== undefined && { name: toMatcher(name) }), ...options });
  if (label !== undefined) return scope.getByLabel(toMatcher(label), options);
  if (text !== undefined) return scope.getByText(toMatcher(text), options);
  if (placeholder !== undefined) return scope.getByPlaceholder(toMatcher(placeholder), options);
  if (css !== undefined) return scope.locator(css);
  return scope.getByTestId(toMatcher(target['test-id'] ?? ''));
}

const toMatcher = (text: string): string | RegExp => parseTextPattern(text) ?? text;

/** Describes a target for messages and reports: `button "Next"`, `label "Code"`. */
export function describeTarget(target: PageLocator): string {
  const { role, name, label, text, placeholder, css, within } = target;
  const place = within ? ` in ${describeTarget(within)}` : '';
  if (role !== undefined) return `${role}${name === undefined ? '' : ` "${name}"`}${place}`;
  const texts = { label, text, placeholder, 'test-id': target['test-id'], css };
  const [[kind, value] = ['element', '']] = Object.entries(texts).filter(([, found]) => found !== undefined);
  return `${kind} "${value}"${place}`;
}

/**
 * Waits until the element is visible, and returns its locator.
 * @throws {Error} if `signal` aborts first, or if several elements match; the message names them.
 */
export async function whenVisible(locator: Locator, signal: AbortSignal): Promise<Locator> {
  try {
    signal.throwIfAborted();
    await abortable(locator.waitFor({ state: 'visible', timeout: 0 }), signal);
    return locator;
  } catch (error) {
    const isAborted = signal.aborted && error === signal.reason;
    if (!isAborted) throw explainSeveral(error);
    throw new Error(`The page does not show ${locator}`, { cause: error });
  }
}

/** Returns a shorter error if a locator matches several elements. */
function explainSeveral(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, locator, count] = /strict mode violation: (.+) resolved to (\d+) elements/.exec(error.message) ?? [];
  if (locator === undefined) return error;
  return new Error(
    `${count} elements match ${locator}; expected one: add exact, within, has-text or nth to the locator`,
    { cause: error },
  );
}
