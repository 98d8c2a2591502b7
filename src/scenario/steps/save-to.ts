/**
 * Step `save-to`: answers where to save the passkey. If there is only one kind of place, the dialog does not ask and shows the next
 * question already.
 */
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import type { Question, SecurityDialog } from '../parties/security-dialog.ts';
import { step } from './step.ts';

export const saveTo = step({
  keyword: 'save-to',
  async run(kind, { dialog, dialogScreenshot, note }, signal) {
    const question: Question = await dialog.whenAskedFor(['choose', 'connect', 'pin', 'presence'], signal);
    if (question.kind !== 'choose') return refuseOther(kind, dialog);
    const choice = question.detail.find((offered: AuthenticatorChoice) => offered.kind === kind);
    if (!choice) throw new Error(`Cannot save to ${kind}: ${describeOffer(dialog)}`);
    const pressed = dialogScreenshot.revealChoice(kind);
    if (pressed !== undefined) note('dialog.other-places', { pressed });
    note('dialog.saved-to', { place: kind });
    question.answer(choice.id);
  },
});

/** @throws {Error} if the ceremony uses another kind of authenticator. */
function refuseOther(kind: AuthenticatorChoice['kind'], dialog: SecurityDialog): void {
  if (dialog.chosenKind !== kind)
    throw new Error(`Cannot save to ${kind}: ${describeOffer(dialog)}, and ${dialog.describeState()}`);
}

function describeOffer({ offeredKinds, chosenKind }: SecurityDialog): string {
  if (offeredKinds.length === 0) return 'the security dialog offers no choice';
  if (offeredKinds.length === 1) return `the security dialog offers ${offeredKinds[0]} only`;
  const chosen = chosenKind && `; ${chosenKind} was chosen`;
  return `the security dialog offers ${offeredKinds.join(', ')}${chosen ?? ''}`;
}
