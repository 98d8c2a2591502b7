/** Step `cancel-dialog`: presses Cancel in the security dialog, whatever it asks. */
import { step } from '../step.ts';

export const cancelDialog = step({
  keyword: 'cancel-dialog',
  async run(args, { clock, dialog }, signal) {
    const question = await dialog.whenAskedFor(['choose', 'connect', 'pin', 'presence', 'review', 'account'], signal);
    if (args?.after) await clock.sleep(args.after, signal);
    (dialog.open ?? question).cancel();
  },
});
