/** Steps `open-security-info`, `sign-in`, `sign-out`, `sign-in-with-passkey`. */
import type { FlowValues } from '../parties/site/site-flow.ts';
import { whenAccountOffered } from './choose-account.ts';
import { step } from './step.ts';
import type { StepContext } from './step-context.ts';

interface Credentials {
  as?: string | undefined;
  password?: string | undefined;
}

export const openSecurityInfo = step({
  keyword: 'open-security-info',
  run: (args, context, signal) => context.flow.run('open-security-info', credentials(args, context), signal),
});

export const signInWithPassword = step({
  keyword: 'sign-in',
  run: (args, context, signal) => context.flow.run('sign-in', credentials(args, context), signal),
});

export const signOut = step({ keyword: 'sign-out', run: (_, { flow }, signal) => flow.run('sign-out', {}, signal) });

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

/** Returns the credentials to type: those of the user, or others that the scenario gives. */
function credentials(args: Credentials | undefined, { organisation }: StepContext): FlowValues {
  const { values } = organisation.user(args?.as);
  return args?.password === undefined ? values : { ...values, 'user.password': args.password };
}
