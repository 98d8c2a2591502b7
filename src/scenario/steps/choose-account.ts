/** Step `choose-account`: answers which account to sign in with, in the security dialog or in the autofill list of the page. */
import type { SecurityDialog } from '../parties/security-dialog.ts';
import { step } from './step.ts';

export const chooseAccount = step({
  keyword: 'choose-account',
  run: async (name, { dialog }, signal) => (await whenAccountOffered(name, dialog, signal)).choose(),
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
  throw new Error(`Cannot choose the account ${name}: the security dialog offers ${offered}`);
}
