/**
 * Step `save-to`: answers where the passkey shall be saved. Where there is only one place, the dialog does not ask
 * and is already past the question.
 */
import { step } from '../step.ts';

export const saveTo = step({
  keyword: 'save-to',
  async run(kind, { dialog }, signal) {
    const question = await dialog.whenAskedFor(['choose', 'connect', 'pin', 'presence'], signal);
    if (question.kind !== 'choose') return;
    const { detail: choices, answer } = question as typeof question & { kind: 'choose' };
    const choice = (choices as { id: string; kind: string }[]).find((offered) => offered.kind === kind);
    if (!choice) {
      const offered = (choices as { kind: string }[]).map((place) => place.kind).join(', ');
      throw new Error(`cannot save to ${kind}: the security dialog offers ${offered}`);
    }
    (answer as (id: string) => void)(choice.id);
  },
});
