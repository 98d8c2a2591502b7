/** Steps `abort-page` and `screenshot`. */
import { abortable } from '#base/async.ts';
import { dialogQuestions } from '../language/step-arguments/security-key.ts';
import { step } from './step.ts';

export const abortPage = step({
  keyword: 'abort-page',
  async run(args, { ceremonies, clock, dialog, flow }, signal) {
    await dialog.whenAskedFor(dialogQuestions, signal);
    if (args?.after !== undefined) await clock.sleep(args.after, signal);
    await flow.run('abort-page', {}, signal);
    await abortable(ceremonies.settled(), signal).catch((cause: unknown) => {
      throw new Error(`The page has not aborted its request: ${dialog.describeState()}`, { cause });
    });
  },
});

export const screenshot = step({ keyword: 'screenshot', run: (name, context) => context.screenshot(name) });
