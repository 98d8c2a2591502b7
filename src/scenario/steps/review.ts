/** Step `review`: waits until the dialog asks to review the passkey, then confirms or cancels. */
import { step } from './step.ts';

export const review = step({
  keyword: 'review',
  async run(decision, { dialog }, signal) {
    const question = await dialog.whenAskedFor(['review'], signal);
    if (decision === 'ok') question.answer('ok');
    else question.cancel();
  },
});
