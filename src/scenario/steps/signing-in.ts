/** Steps `open-security-info`, `sign-in`, `sign-out`, `sign-in-with-passkey`. */
import {
  isAtSignIn,
  signOut as leave,
  openSecurityInfo as open,
  signIn,
  signInWithPasskey as startWithPasskey,
} from '../parties/site/reference-portal.ts';
import { step } from './step.ts';
import type { StepContext } from './step-context.ts';

interface Credentials {
  as?: string | undefined;
  password?: string | undefined;
}

export const openSecurityInfo = step({
  keyword: 'open-security-info',
  async run(args, context, signal) {
    await open(context.site);
    if (await isAtSignIn(context.site)) await enter(args, context, signal);
  },
});

export const signInWithPassword = step({ keyword: 'sign-in', run: enter });

export const signOut = step({ keyword: 'sign-out', run: (_, { site }, signal) => leave(site, signal) });

export const signInWithPasskey = step({
  keyword: 'sign-in-with-passkey',
  async run(args, { site, dialog }, signal) {
    dialog.begin();
    await startWithPasskey(site, signal);
    if (args?.as === undefined) return;
    const { detail, answer } = await dialog.whenAskedFor(['account'], signal);
    const account = detail.find(({ name }) => name === args.as);
    if (!account)
      throw new Error(`Cannot choose ${args.as}: the dialog offers ${detail.map(({ name }) => name).join(', ')}`);
    answer(account.credentialId);
  },
});

async function enter(
  args: Credentials | undefined,
  { site, organisation }: StepContext,
  signal: AbortSignal,
): Promise<void> {
  const user = organisation.user(args?.as);
  await signIn(site, user.name, args?.password ?? user.password, signal);
}
