/**
 * Step `save-to`: answers where the passkey shall be saved. Where there is only one place, the dialog does not ask
 * and is already past the question.
 */
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import type { Question } from '../parties/security-dialog.ts';
import { step } from './step.ts';

export const saveTo = step({
  keyword: 'save-to',
  async run(kind, { dialog, picture, note }, signal) {
    const question: Question = await dialog.whenAskedFor(['choose', 'connect', 'pin', 'presence'], signal);
    if (question.kind !== 'choose') return;
    const choice = question.detail.find((offered: AuthenticatorChoice) => offered.kind === kind);
    if (!choice) {
      const offered = question.detail.map((place) => place.kind).join(', ');
      throw new Error(`cannot save to ${kind}: the security dialog offers ${offered}`);
    }
    const pressed = picture.reach(kind);
    if (pressed !== undefined) note('dialog.other-places', { pressed });
    note('dialog.saved-to', { place: kind });
    question.answer(choice.id);
  },
});
