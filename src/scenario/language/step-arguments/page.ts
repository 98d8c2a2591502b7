/** Steps on any web page, in the terms of Playwright. Site files consist of them, and scenarios may use them directly. */
import { z } from 'zod';
import { locator, locatorWith } from '../schema/locator.ts';
import { noArgument, oneOrMore } from '../schema/units.ts';
import { entry } from './entry.ts';

const text = z.string({ error: 'Expected text in quotes' });
/** A path on the site, or a whole URL. */
const address = text.min(1).refine((value) => !/^[a-z][a-z\d+.-]*:/i.test(value) || /^https?:\/\//i.test(value), {
  error: 'Expected a path such as /account, or an HTTP URL',
});
/** A path that the page may be at; `*` is any part between slashes, and `**` is any text. */
export const pathPattern = text.regex(/^\/[^\s?#]*$/, {
  error: 'Expected the path of a page that begins with a slash, e.g. /account/passkeys or /users/*/edit',
});

const states = ['visible', 'hidden', 'attached', 'detached'] as const;

const waitFor = z.union([
  z.strictObject({ at: pathPattern.describe('Path of the page to wait for') }),
  locatorWith({
    state: z.enum(states).optional().describe('visible (default), hidden, attached or detached'),
  }),
]);

export const pageSteps = {
  open: entry({
    schema: address,
    article: 'page',
    doc: 'Opens a page of the site: a path, or a whole URL.',
    example: 'open: /account',
  }),
  click: entry({
    schema: locatorWith({
      'opens-tab': z.literal(true).optional().describe('Waits for the new tab or pop-up; the next steps are in it'),
    }),
    article: 'page',
    doc: 'Clicks an element when it is visible.',
    example: 'click: { role: button, name: Sign in }',
  }),
  fill: entry({
    schema: locatorWith({ value: text.describe('What the field then contains') }),
    article: 'page',
    doc: 'Types a text into a field, instead of what it contains.',
    example: 'fill: { label: User name, value: adele }',
  }),
  select: entry({
    schema: locatorWith({ option: oneOrMore(text).describe('Labels or values of the options') }),
    article: 'page',
    doc: 'Selects options of a list.',
    example: 'select: { label: Country, option: Norway }',
  }),
  check: entry({
    schema: locatorWith({ checked: z.boolean().optional().describe('false: remove the check mark; default true') }),
    article: 'page',
    doc: 'Checks a check box or a radio button.',
    example: 'check: { role: checkbox, name: Remember me }',
  }),
  press: entry({
    schema: z.union([
      z.string({ error: 'Expected a key such as Enter' }).min(1),
      locatorWith({ key: z.string({ error: 'Expected a key such as Enter' }).min(1) }),
    ]),
    article: 'page',
    doc: 'Presses a key or a combination such as Control+A, on the page or on an element.',
    example: 'press: { label: Code, key: Enter }',
  }),
  'wait-for': entry({
    schema: waitFor,
    article: 'page',
    doc: 'Waits until an element is visible or has another state, or until the page has a path.',
    example: 'wait-for: { role: progressbar, state: hidden }',
  }),
  see: entry({
    schema: oneOrMore(z.union([z.string().min(1), locator])),
    article: 'page',
    doc: 'Waits until the page shows the text or the element, or all of a list.',
    example: 'see: ["Security info", { role: heading, name: Desk key }]',
  }),
  'in-frame': entry({
    schema: z.union([z.literal('none'), locator]),
    article: 'page',
    doc: 'The next steps on the page are in this inline frame (iframe); none: in the page itself again.',
    example: 'in-frame: { css: "iframe#sign-in" }',
  }),
  reload: entry({ schema: noArgument, article: 'page', doc: 'Reloads the page.', example: 'reload' }),
  'go-back': entry({ schema: noArgument, article: 'page', doc: 'Presses Back.', example: 'go-back' }),
  'close-tab': entry({
    schema: noArgument,
    article: 'page',
    doc: 'Closes the tab; the next step on the site is in the tab that opened it, or in a new one.',
    example: 'close-tab',
  }),
} as const;

export type PageKeyword = keyof typeof pageSteps;
/** The argument of a page step after validation. */
export type PageArgument<K extends PageKeyword> = z.output<(typeof pageSteps)[K]['schema']>;
