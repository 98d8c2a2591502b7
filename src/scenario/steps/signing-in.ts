/** Steps `open-security-info`, `sign-in`, `sign-out`, `sign-in-with-passkey`. */
import { whenAccepted } from './acceptance.ts';
import { whenAccountOffered } from './choose-account.ts';
import { step } from './step.ts';
import type { StepContext } from './step-context.ts';

interface Credentials {
  as?: string | undefined;
  password?: string | undefined;
}

export const openSecurityInfo = step({
  keyword: 'open-security-info',
  async run(args, context, signal) {
    await signIn('open-security-info', args, context, signal);
    const signedIn = context.organisation.log?.signedIn;
    if (args?.as !== undefined && signedIn !== undefined && signedIn !== args.as)
      throw new Error(`Cannot open Security info as ${args.as}: ${signedIn} is signed in`);
  },
});

export const signInWithPassword = step({
  keyword: 'sign-in',
  run: (args, context, signal) => signIn('sign-in', args, context, signal),
});

export const signOut = step({
  keyword: 'sign-out',
  async run(_, { flow, dialog }, signal) {
    dialog.expectCeremony(); // the sign-in page may offer passkeys at once
    await flow.run('sign-out', {}, signal);
  },
});

export const signInWithPasskey = step({
  keyword: 'sign-in-with-passkey',
  async run(args, { flow, dialog, runInBackground }, signal) {
    dialog.expectCeremony();
    await flow.run('sign-in-with-passkey', {}, signal);
    const { as } = args ?? {};
    if (as === undefined) return;
    // The dialog offers accounts after the steps for PIN and touch.
    const until = (stepsEnded: AbortSignal) => whenAccountOffered(as, dialog, AbortSignal.any([signal, stepsEnded]));
    runInBackground({ until, act: async ({ choose }) => choose() });
  },
});

/**
 * Does a word of the flow that may sign the user in, and waits for the answer of the relying party.
 * @throws {Error} if it refuses the password of the user. A password in the scenario may be wrong on purpose.
 */
async function signIn(
  word: 'open-security-info' | 'sign-in',
  args: Credentials | undefined,
  context: StepContext,
  signal: AbortSignal,
): Promise<void> {
  const { dialog, flow, organisation } = context;
  dialog.expectCeremony(); // a page may offer passkeys before the sign-in, or create one after it
  const { name, values } = organisation.user(args?.as);
  const since = organisation.log?.length ?? 0;
  let isTyped = false;
  const typePassword = () => {
    isTyped = true;
    const password = args?.password ?? values['user.password'];
    if (typeof password !== 'string') throw new Error(`There is no password of ${name}`);
    return password;
  };
  const totp = () => organisation.totpCode(args?.as, signal); // some sites ask for a code at every sign-in
  await flow.run(word, { ...values, totp, 'user.password': typePassword }, signal);
  if (!isTyped) return; // the user is signed in already
  const isOwnPassword = args?.password === undefined;
  const judging = isOwnPassword ? context : { ...context, expectsRefusal: () => true };
  await whenAccepted(['signin.ok'], `did not sign in ${name}`, judging, { since, signal });
}
