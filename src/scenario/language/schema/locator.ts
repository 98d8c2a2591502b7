/**
 * Elements of a page in the terms of Playwright's locators: role and accessible name, label, text, placeholder, test id, or CSS.
 * Source: https://playwright.dev/docs/locators
 */
import { z } from 'zod';
import { describeValue } from '../validation-messages.ts';

/** The ARIA roles that Playwright finds elements by, WAI-ARIA 1.2 section 5.3. */
const ariaRoles = [
  ...[
    'alert',
    'alertdialog',
    'application',
    'article',
    'banner',
    'blockquote',
    'button',
    'caption',
    'cell',
    'checkbox',
  ],
  ...['code', 'columnheader', 'combobox', 'complementary', 'contentinfo', 'definition', 'deletion', 'dialog'],
  ...['document', 'emphasis', 'feed', 'figure', 'form', 'generic', 'grid', 'gridcell', 'group', 'heading', 'img'],
  ...['insertion', 'link', 'list', 'listbox', 'listitem', 'log', 'main', 'marquee', 'math', 'meter', 'menu', 'menubar'],
  ...['menuitem', 'menuitemcheckbox', 'menuitemradio', 'navigation', 'none', 'note', 'option', 'paragraph'],
  ...['presentation', 'progressbar', 'radio', 'radiogroup', 'region', 'row', 'rowgroup', 'rowheader', 'scrollbar'],
  ...['search', 'searchbox', 'separator', 'slider', 'spinbutton', 'status', 'strong', 'subscript', 'superscript'],
  ...['switch', 'tab', 'table', 'tablist', 'tabpanel', 'term', 'textbox', 'time', 'timer', 'toolbar', 'tooltip'],
  ...['tree', 'treegrid', 'treeitem'],
] as const;
type AriaRole = (typeof ariaRoles)[number];

const regularExpression = /^\/(.+)\/([a-z]*)$/s;

/** Returns the regular expression in a text such as `/sign ?in/i`; undefined for other texts. @throws {SyntaxError} */
export function parseTextPattern(text: string): RegExp | undefined {
  const [, source, flags] = regularExpression.exec(text) ?? [];
  return source === undefined ? undefined : new RegExp(source, flags);
}

/** Text, or a regular expression between slashes. */
export const textPattern = z
  .string({ error: 'Expected text in quotes' })
  .min(1)
  .refine(isValidPattern, {
    error: ({ input }) => `Expected text or a valid regular expression, got ${String(input)}`,
  });

function isValidPattern(text: string): boolean {
  try {
    parseTextPattern(text);
    return true;
  } catch {
    return false;
  }
}

/** Each locator has exactly one of them. */
const targets = ['role', 'label', 'text', 'placeholder', 'test-id', 'css'] as const;

/** Keys that all locators may have. */
const locatorShape = {
  role: z.enum(ariaRoles).optional().describe('ARIA role, e.g. button, link, textbox'),
  name: textPattern.optional().describe('Accessible name of the element with this role'),
  label: textPattern.optional().describe('Label of a form field'),
  text: textPattern.optional().describe('Text of the element'),
  placeholder: textPattern.optional(),
  'test-id': textPattern.optional().describe('Value of data-testid'),
  css: z.string().min(1).optional().describe('CSS selector; prefer what a user sees'),
  exact: z
    .boolean()
    .optional()
    .describe('Whole text, with the same case; default: a part of the text, in any case, as in Playwright'),
  'has-text': textPattern.optional().describe('Only elements that contain this text'),
  nth: z.int().optional().describe('One of several elements: 0 is the first, -1 the last'),
  within: z
    .lazy(() => locator)
    .optional()
    .describe('Element that contains it, e.g. the row of a table'),
  frame: z
    .lazy(() => locator)
    .optional()
    .describe('Inline frame (iframe) that contains it'),
};

export interface PageLocator {
  role?: AriaRole | undefined;
  name?: string | undefined;
  label?: string | undefined;
  text?: string | undefined;
  placeholder?: string | undefined;
  'test-id'?: string | undefined;
  css?: string | undefined;
  exact?: boolean | undefined;
  'has-text'?: string | undefined;
  nth?: number | undefined;
  within?: PageLocator | undefined;
  frame?: PageLocator | undefined;
}

/** The most frequent mistake is a text, which lacks the role of the element. */
const describeOtherType = ({ code, input }: { code: string; input?: unknown }): string | undefined =>
  code === 'invalid_type'
    ? `Expected a locator such as { role: button, name: Next }, got ${describeValue(input)}`
    : undefined;

const targetsOf = (value: unknown): string[] =>
  targets.filter((key) => typeof value === 'object' && value !== null && Object.hasOwn(value, key));

/** A map with the keys of a locator and those of `extra`. */
export const locatorWith = <Extra extends z.ZodRawShape>(extra: Extra) =>
  z
    .strictObject({ ...locatorShape, ...extra }, { error: describeOtherType })
    .refine((value) => targetsOf(value).length === 1, {
      error: ({ input }) =>
        `Expected exactly one of ${targets.join(', ')}, got ${targetsOf(input).join(' and ') || 'none'}`,
      when: ({ issues }) => issues.length === 0, // a misspelt key has been reported already
    })
    .refine((value) => !Object.hasOwn(value, 'name') || Object.hasOwn(value, 'role'), {
      path: ['name'],
      error: 'Expected a role beside the name, e.g. role: button',
      when: ({ issues, value }) => issues.length === 0 && targetsOf(value).length === 1,
    });

/** An element of the page. */
export const locator: z.ZodType<PageLocator> = locatorWith({}).meta({ id: 'locator' });
