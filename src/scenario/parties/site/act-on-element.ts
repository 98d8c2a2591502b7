/** Acts on an element that is visible. If that cannot be done in time, the message says what keeps the user from it. */
import type { Locator } from 'playwright';
import { abortable } from '#base/async.ts';
import { actOnPage } from './page-navigation.ts';

/** How long the page may take to say why the element cannot be used. */
const readMs = 400;

/** Does `action` when the element can be used. @throws {Error} if `signal` aborts first; the message says why. */
export async function actOnElement(
  element: Locator,
  action: (element: Locator) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await abortable(
      actOnPage(() => action(element)),
      signal,
    );
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    const obstacle = await element.evaluate(obstacleOf, undefined, { timeout: readMs }).catch(() => undefined);
    throw new Error(`${element} ${obstacle ?? 'is visible, but cannot be used: it moves, or the page is busy'}`, {
      cause: error,
    });
  }
}

/** Runs in the page. */
function obstacleOf(element: Element): string | undefined {
  if (element.matches(':disabled') || element.closest('[aria-disabled="true"]')) return 'is disabled';
  if ((element as HTMLInputElement).readOnly) return 'is read-only';
  const { x, y, width, height } = element.getBoundingClientRect();
  const root = element.getRootNode() as Document | ShadowRoot;
  const top = root.elementFromPoint(x + width / 2, y + height / 2);
  if (top === null || top.contains(element) || element.contains(top)) return undefined;
  const [tag = ''] = (top.cloneNode(false) as Element).outerHTML.split('</');
  return `is covered by ${tag.slice(0, 100)}`;
}
