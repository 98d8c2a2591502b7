/** Steps `open-security-info`, `sign-in`, `sign-out`, `sign-in-with-passkey`: who is in front of the site. */
import {
  asksForSignIn,
  signOut as leave,
  openSecurityInfo as open,
  signIn,
  signInWithPasskey as startWithPasskey,
} from '../parties/site/reference-portal.ts';
import { step } from './step.ts';
import type { World } from './step-context.ts';

interface Credentials {
  as?: string | undefined;
  password?: string | undefined;
}

export const openSecurityInfo = step({
  keyword: 'open-security-info',
  async run(args, world, signal) {
    await open(world.site);
    if (await asksForSignIn(world.site)) await enter(args, world, signal);
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
      throw new Error(`cannot choose ${args.as}: the dialog offers ${detail.map(({ name }) => name).join(', ')}`);
    answer(account.credentialId);
  },
});

async function enter(args: Credentials | undefined, { site, organisation }: World, signal: AbortSignal): Promise<void> {
  const person = organisation.person(args?.as);
  await signIn(site, person.name, args?.password ?? person.password, signal);
}
