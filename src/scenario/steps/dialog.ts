/** Steps `dialog-asks` and `cancel-dialog`: wait for a question of the security dialog, and cancel it. */
import { dialogQuestions } from '../language/step-arguments/security-key.ts';
import { step } from './step.ts';

export const dialogAsks = step({
  keyword: 'dialog-asks',
  async run(kind, { dialog }, signal) {
    await dialog.whenAskedFor([kind], signal);
  },
});

export const cancelDialog = step({
  keyword: 'cancel-dialog',
  async run(args, { clock, dialog }, signal) {
    const question = await dialog.whenAskedFor(args?.when ? [args.when] : dialogQuestions, signal);
    if (args?.after === undefined) return question.cancel();
    await clock.sleep(args.after, signal);
    (await dialog.whenAskedFor(dialogQuestions, signal)).cancel(); // it may show another question by now, or have closed
  },
});
