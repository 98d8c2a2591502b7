/** Does the page steps of scenarios and site files on the current tab of a site. */
import type { Page } from 'playwright';
import { abortable } from '#base/async.ts';
import { normalizeText } from '../../expect/matchers.ts';
import type { PageArgument, PageKeyword } from '../../language/step-arguments/page.ts';
import { describeTarget, findElement, whenVisible } from './find-element.ts';
import { isTrue } from './page-conditions.ts';
import type { Site } from './site.ts';

type PageAction<K extends PageKeyword> = (args: PageArgument<K>, site: Site, signal: AbortSignal) => Promise<void>;

export const pageActions: { readonly [K in PageKeyword]: PageAction<K> } = {
  open: (path, site) => site.open(path),

  click: ({ 'opens-tab': opensTab, ...target }, site, signal) =>
    site.act(`click ${describeTarget(target)}`, async (page) => {
      const element = await whenVisible(findElement(page, target), signal);
      if (opensTab) await site.inNewTab(() => element.click(), signal);
      else await element.click();
    }),

  fill: ({ value, ...target }, site, signal) =>
    site.act(`fill ${describeTarget(target)}`, async (page) =>
      (await whenVisible(findElement(page, target), signal)).fill(value),
    ),

  select: ({ option, ...target }, site, signal) =>
    site.act(`select ${describeTarget(target)}`, async (page) => {
      await (await whenVisible(findElement(page, target), signal)).selectOption(option);
    }),

  check: ({ checked = true, ...target }, site, signal) =>
    site.act(`check ${describeTarget(target)}`, async (page) =>
      (await whenVisible(findElement(page, target), signal)).setChecked(checked),
    ),

  press: (args, site, signal) => {
    if (typeof args === 'string') return site.act(`press ${args}`, (page) => page.keyboard.press(args));
    const { key, ...target } = args;
    return site.act(`press ${key} in ${describeTarget(target)}`, async (page) =>
      (await whenVisible(findElement(page, target), signal)).press(key),
    );
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
      else await site.act(`see ${describeTarget(text)}`, (page) => whenVisible(findElement(page, text), signal));
    }
  },

  reload: (_, site) => site.reload(),
  'go-back': (_, site) => site.goBack(),
  'close-tab': (_, site) => site.closeTab(),
};

function waitForElement(
  { state = 'visible', ...target }: Exclude<PageArgument<'wait-for'>, { at: string }>,
  site: Site,
  signal: AbortSignal,
): Promise<void> {
  return site.act(`wait for ${describeTarget(target)}`, async (page) => {
    const element = findElement(page, target);
    if (state === 'visible') return void (await whenVisible(element, signal));
    try {
      await abortable(element.waitFor({ state, timeout: 0 }), signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      throw new Error(`${element} did not become ${state}`, { cause: error });
    }
  });
}
