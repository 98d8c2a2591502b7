/** Steps on the browser tab: `see`, `reload`, `go-back`, `close-tab`, `abort-page`, `screenshot`. */
import { normalizeText } from '../expect/matchers.ts';
import { dialogQuestions } from '../language/step-arguments/security-key.ts';
import { abortByPage } from '../parties/site/reference-portal.ts';
import { step } from './step.ts';

export const see = step({
  keyword: 'see',
  async run(texts, { site }, signal) {
    for (const text of [texts].flat()) await site.waitForText(text, normalizeText, signal);
  },
});

export const reload = step({ keyword: 'reload', run: (_, { site }) => site.reload() });

export const goBack = step({ keyword: 'go-back', run: (_, { site }) => site.goBack() });

export const closeTab = step({ keyword: 'close-tab', run: (_, { site }) => site.closeTab() });

export const abortPage = step({
  keyword: 'abort-page',
  async run(args, { clock, dialog, site }, signal) {
    await dialog.whenAskedFor(dialogQuestions, signal);
    if (args?.after !== undefined) await clock.sleep(args.after, signal);
    await abortByPage(site, signal);
  },
});

export const screenshot = step({ keyword: 'screenshot', run: (name, context) => context.screenshot(name) });
