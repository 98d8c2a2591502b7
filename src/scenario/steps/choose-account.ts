/** Steps `choose-account` and `dismiss-autofill`: answer which account to sign in with, in the security dialog or in the autofill list. */
import type { SecurityDialog } from '../parties/security-dialog.ts';
import { step } from './step.ts';

export const chooseAccount = step({
  keyword: 'choose-account',
  async run(choice, { dialog, conditionalGet }, signal) {
    // A page that offers a list offers it again after a sign-in that its server has refused.
    if (conditionalGet && conditionalGet.state !== 'none') dialog.expectCeremony();
    if (typeof choice === 'string') return (await whenAccountOffered(choice, dialog, signal)).choose();
    (await dialog.whenAskedFor(['autofill'], signal)).answer('another-device');
  },
});

export const dismissAutofill = step({
  keyword: 'dismiss-autofill',
  run: async (_, { dialog }, signal) => (await dialog.whenAskedFor(['autofill'], signal)).cancel(),
});

/**
 * Waits until the dialog asks which account to use.
 * @throws {Error} if it does not offer the account; the message lists those that it offers.
 */
export async function whenAccountOffered(name: string, dialog: SecurityDialog, signal: AbortSignal) {
  const question = await dialog.whenAskedFor(['account', 'autofill'], signal);
  const accounts = question.kind === 'account' ? question.detail : question.detail.accounts;
  const account = accounts.find((offered) => offered.name === name);
  if (account) return { choose: () => question.answer(account.credentialId) };
  const offered = accounts.map((one) => one.name).join(', ') || 'none';
  const where = question.kind === 'account' ? 'the security dialog' : 'the autofill list';
  throw new Error(`Cannot choose the account ${name}: ${where} offers ${offered}`);
}
