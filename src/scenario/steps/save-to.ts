/**
 * Step `save-to`: answers where to save the passkey. If there is only one place, the dialog does not ask and shows the next
 * question already.
 */
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import type { Question } from '../parties/security-dialog.ts';
import { step } from './step.ts';

export const saveTo = step({
  keyword: 'save-to',
  async run(kind, { dialog, dialogScreenshot, note }, signal) {
    const question: Question = await dialog.whenAskedFor(['choose', 'connect', 'pin', 'presence'], signal);
    if (question.kind !== 'choose') return;
    const choice = question.detail.find((offered: AuthenticatorChoice) => offered.kind === kind);
    if (!choice) {
      const offered = question.detail.map((place) => place.kind).join(', ');
      throw new Error(`Cannot save to ${kind}: the security dialog offers ${offered}`);
    }
    const pressed = dialogScreenshot.revealChoice(kind);
    if (pressed !== undefined) note('dialog.other-places', { pressed });
    note('dialog.saved-to', { place: kind });
    question.answer(choice.id);
  },
});
