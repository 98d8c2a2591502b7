/** The relying party without HTTP: registration, naming, the passkeys of a user, signing in with one. The portal is a shell on it. */
import type { Timeline } from '#result/timeline.ts';
import type { PartyContext } from './context.ts';
import { createNaming, createPasskeyList, type Naming, type PasskeyList } from './passkey-naming.ts';
import { createPasskeySignIn, type PasskeySignIn } from './passkey-sign-in.ts';
import { createRegistration, type Registration } from './registration.ts';

export interface RelyingParty extends Registration, Naming, PasskeyList, PasskeySignIn {}

/** `timeline` is the default one of every measured call. */
export function createRelyingParty(context: PartyContext, timeline?: Timeline): RelyingParty {
  const naming = createNaming(context, timeline);
  return {
    ...createRegistration(context, naming.sweep, timeline),
    ...naming,
    ...createPasskeyList(context),
    ...createPasskeySignIn(context),
  };
}
