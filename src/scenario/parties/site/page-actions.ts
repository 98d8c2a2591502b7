/** Does the page steps of scenarios and site files on the current tab of a site. */
import type { Locator, Page } from 'playwright';
import { abortable } from '#base/async.ts';
import { normalizeText } from '../../expect/matchers.ts';
import type { PageLocator } from '../../language/schema/locator.ts';
import type { PageArgument, PageKeyword } from '../../language/step-arguments/page.ts';
import { actOnElement } from './act-on-element.ts';
import { describeTarget, findElement, whenVisible } from './find-element.ts';
import { isTrue } from './page-conditions.ts';
import { actOnPage, whenScriptsHaveRun } from './page-navigation.ts';
import type { Site } from './site.ts';

/** Finds an element in the frame that the steps are in, or in the page. */
const find = (site: Site, page: Page, target: PageLocator) => findElement(site.scopeOf(page), target);

type PageAction<K extends PageKeyword> = (args: PageArgument<K>, site: Site, signal: AbortSignal) => Promise<void>;

export const pageActions: { readonly [K in PageKeyword]: PageAction<K> } = {
  open: (path, site) => site.open(path),

  click: ({ 'opens-tab': opensTab, ...target }, site, signal) =>
    site.act(`click ${describeTarget(target)}`, async (page) => {
      const element = await whenVisible(find(site, page, target), signal);
      await whenScriptsHaveRun(page, signal);
      await site.beginAction();
      const click = () => actOnElement(element, () => element.click(), signal);
      if (opensTab) await site.inNewTab(click, signal);
      else await click();
    }),

  fill: ({ value, ...target }, site, signal) =>
    actOnTarget({ name: 'fill', target, site, signal }, (element) => element.fill(value)),

  select: ({ option, ...target }, site, signal) =>
    actOnTarget({ name: 'select', target, site, signal }, (element) => element.selectOption(option)),

  check: ({ checked = true, ...target }, site, signal) =>
    actOnTarget({ name: 'check', target, site, signal }, (element) => element.setChecked(checked)),

  press: (args, site, signal) => {
    if (typeof args === 'string')
      return site.act(`press ${args}`, async (page) => {
        await whenScriptsHaveRun(page, signal);
        await site.beginAction();
        await actOnPage(() => page.keyboard.press(args));
      });
    const { key, ...target } = args;
    return actOnTarget({ name: `press ${key} in`, target, site, signal }, (element) => element.press(key));
  },

  'wait-for': (args, site, signal) => {
    if (!('at' in args)) return waitForElement(args, site, signal);
    const { at } = args;
    return site.act(`wait for ${at}`, async () => {
      const isAt = async (page: Page) => (await isTrue({ at }, page)) || undefined;
      await site.until(isAt, signal, () => new Error(`The page is not at ${at}, but at ${site.path}`));
    });
  },

  async see(texts, site, signal) {
    for (const text of [texts].flat()) {
      if (typeof text === 'string') await site.waitForText(text, normalizeText, signal);
      else await site.act(`see ${describeTarget(text)}`, (page) => whenVisible(find(site, page, text), signal));
    }
  },

  'in-frame': async (frame, site) => {
    site.frame = frame === 'none' ? undefined : frame;
  },

  reload: (_, site) => site.reload(),
  'go-back': (_, site) => site.goBack(),
  'close-tab': (_, site) => site.closeTab(),
};

interface ElementAction {
  name: string;
  target: PageLocator;
  site: Site;
  signal: AbortSignal;
}

/** Waits until the element is visible, and does `action` on it. */
function actOnTarget(
  { name, target, site, signal }: ElementAction,
  action: (element: Locator) => Promise<unknown>,
): Promise<void> {
  return site.act(`${name} ${describeTarget(target)}`, async (page) => {
    const element = await whenVisible(find(site, page, target), signal);
    await whenScriptsHaveRun(page, signal);
    await site.beginAction();
    await actOnElement(element, action, signal);
  });
}

function waitForElement(
  { state = 'visible', ...target }: Exclude<PageArgument<'wait-for'>, { at: string }>,
  site: Site,
  signal: AbortSignal,
): Promise<void> {
  return site.act(`wait for ${describeTarget(target)}`, async (page) => {
    const element = find(site, page, target);
    if (state === 'visible') return void (await whenVisible(element, signal));
    try {
      await abortable(element.waitFor({ state, timeout: 0 }), signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      throw new Error(`${element} did not become ${state}`, { cause: error });
    }
  });
}
