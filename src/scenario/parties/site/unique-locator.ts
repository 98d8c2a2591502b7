/** Locators for elements of a page: the shortest one that finds exactly this element. */
import type { Page } from 'playwright';
import type { FrameAddress, PageElement } from '#browser/page-content.ts';
import type { PageLocator } from '../../language/schema/locator.ts';
import { findElement } from './find-element.ts';

type Role = NonNullable<PageLocator['role']>;

export const inFrame = (frame: FrameAddress | undefined): { frame?: PageLocator } =>
  frame
    ? { frame: { css: frame.css, ...(frame.nth !== undefined && { nth: frame.nth }), ...inFrame(frame.frame) } }
    : {};

/**
 * Returns the shortest locator that finds only one visible element, made from `locator`; undefined if there is none, e.g. because the
 * page has changed.
 */
export async function makeUnique(
  locator: PageLocator,
  element: PageElement | undefined,
  page: Page,
): Promise<PageLocator | undefined> {
  for (const variant of variantsOf(locator, element)) if (await findsOne(variant, page)) return variant;
  return undefined;
}

function variantsOf(locator: PageLocator, element: PageElement | undefined): PageLocator[] {
  const { frame, ...target } = locator;
  const rest = frame ? { frame } : {};
  const canBeExact = target['test-id'] === undefined;
  const exact = canBeExact ? [{ ...target, exact: true, ...rest }] : [];
  const container = element?.container;
  const inside = container?.text
    ? [{ ...target, within: { role: container.role as Role, 'has-text': container.text }, ...rest }]
    : [];
  return [locator, ...exact, ...inside, { ...target, nth: 0, ...rest }];
}

async function findsOne(locator: PageLocator, page: Page): Promise<boolean> {
  try {
    const found = findElement(page, locator);
    return (await found.count()) === 1 && (await found.isVisible()); // steps also refuse several elements if only one is visible
  } catch {
    return false; // not a locator of this page, e.g. a role that Playwright does not support
  }
}

const labelledRoles = new Set(['textbox', 'searchbox', 'combobox', 'spinbutton']);

/** Returns the locator of an element as a person would write it: fields by their label, everything else by role and name. */
export async function locatorOf(element: PageElement, page: Page): Promise<PageLocator | undefined> {
  const { role, name, frame } = element;
  const byLabel = labelledRoles.has(role)
    ? await makeUnique({ label: name, ...inFrame(frame) }, element, page)
    : undefined;
  return byLabel ?? makeUnique({ role: role as Role, name, ...inFrame(frame) }, element, page);
}
