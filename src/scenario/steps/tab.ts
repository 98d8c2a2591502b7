/** Steps `abort-page` and `screenshot`. */
import { dialogQuestions } from '../language/step-arguments/security-key.ts';
import { step } from './step.ts';

export const abortPage = step({
  keyword: 'abort-page',
  async run(args, { clock, dialog, flow }, signal) {
    await dialog.whenAskedFor(dialogQuestions, signal);
    if (args?.after !== undefined) await clock.sleep(args.after, signal);
    await flow.run('abort-page', {}, signal);
  },
});

export const screenshot = step({ keyword: 'screenshot', run: (name, context) => context.screenshot(name) });
