/** Suggests locators for an element that a step of a site file does not find: those of the most similar elements of the page. */
import type { Page } from 'playwright';
import type { PageContent, PageElement } from '#browser/page-content.ts';
import type { PageLocator } from '../language/schema/locator.ts';
import type { SiteCall } from '../language/site-definition.ts';
import { inFrame, makeUnique } from '../parties/site/unique-locator.ts';
import { bestOf, similarity } from './similarity.ts';

type Role = NonNullable<PageLocator['role']>;
const fieldRoles = new Set(['textbox', 'searchbox', 'combobox', 'spinbutton']);
const choiceRoles = new Set(['checkbox', 'radio', 'switch', 'menuitemcheckbox', 'menuitemradio']);
const clickableRoles = new Set(['button', 'link', 'menuitem', 'tab', 'option', 'treeitem', ...choiceRoles]);
const listRoles = new Set(['combobox', 'listbox']);

/** Roles of the elements that a step works with; a step that is not here works with all. */
const suitableRoles: Readonly<Partial<Record<SiteCall['keyword'], ReadonlySet<string>>>> = {
  click: clickableRoles,
  fill: fieldRoles,
  check: choiceRoles,
  select: listRoles,
};

/** A locator without what makes it unique, and what is known of its element. */
interface Candidate {
  locator: PageLocator;
  /** Compared with what the step expects. */
  words: string;
  role: string;
  element?: PageElement;
}

const maxRanked = 12;

export interface NearestOptions {
  page: Page;
  content: PageContent;
  /** What the step expects. */
  target: PageLocator;
  keyword: SiteCall['keyword'];
  count: number;
}

/** Returns locators of up to `count` elements, the most similar first. Each of them finds exactly one visible element. */
export async function nearestElements(options: NearestOptions): Promise<PageLocator[]> {
  const { page, content, target, keyword, count } = options;
  const suitable = suitableRoles[keyword];
  const score = ({ words, role }: Candidate): number =>
    10 * similarity(wordsOf(target), words) +
    (role === target.role ? 2 : 0) +
    (suitable === undefined || suitable.has(role) ? 4 : 0);
  const found: PageLocator[] = [];
  for (const candidate of bestOf(candidatesFor(target, content), score, maxRanked)) {
    const locator = await makeUnique(candidate.locator, candidate.element, page);
    if (locator && !found.some((other) => JSON.stringify(other) === JSON.stringify(locator))) found.push(locator);
    if (found.length === count) break;
  }
  return found;
}

/** Returns the text that `target` finds its element by, without the values that are inserted into it. */
function wordsOf({ name, label, text, placeholder, css, role, ...rest }: PageLocator): string {
  const words = name ?? label ?? text ?? placeholder ?? rest['test-id'] ?? css ?? role ?? '';
  return words.replace(/^\/(.+)\/[a-z]*$/s, '$1').replace(/\$\{[^}]*\}/g, ' ');
}

/** Returns locators of the same kind as `target`, for example by test id, where an element has one. */
function candidatesFor(target: PageLocator, { elements, testIds }: PageContent): Candidate[] {
  if (target['test-id'] !== undefined)
    return testIds.map(({ testId, frame }) => ({
      locator: { 'test-id': testId, ...inFrame(frame) },
      words: testId,
      role: '',
    }));
  return elements.flatMap((element) =>
    locatorsOf(element, target).map(([locator, words]) => ({
      locator: { ...locator, ...inFrame(element.frame) },
      words,
      role: element.role,
      element,
    })),
  );
}

/** Returns locators of the element, each with the words that it uses. */
function locatorsOf(
  { role, name, text, placeholder }: PageElement,
  target: PageLocator,
): [locator: PageLocator, words: string][] {
  const shown = text.trim();
  if (role === 'text' || name === '') return shown === '' ? [] : [[{ text: shown }, shown]];
  const byRole: PageLocator = { role: role as Role, name };
  const isField = [fieldRoles, choiceRoles, listRoles].some((roles) => roles.has(role));
  if (isField && target.label !== undefined)
    return [
      [{ label: name }, name],
      [byRole, name],
    ];
  // A placeholder is also the name of a field that has no other one.
  const hint = placeholder ?? name;
  if (isField && target.placeholder !== undefined)
    return [
      [{ placeholder: hint }, hint],
      [byRole, name],
    ];
  return [[byRole, name]];
}
