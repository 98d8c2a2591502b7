/** The relying party without HTTP: registration, naming, a user's passkeys, sign-in with a passkey. The portal adds the pages. */
import type { Timeline } from '#result/timeline.ts';
import type { RelyingPartyContext } from './context.ts';
import { createPasskeyList, type PasskeyList } from './passkey-list.ts';
import { createPasskeyNaming, type PasskeyNaming } from './passkey-naming.ts';
import { createPasskeySignIn, type PasskeySignIn } from './passkey-sign-in.ts';
import { createRegistration, type Registration } from './registration.ts';

export interface RelyingParty extends Registration, PasskeyNaming, PasskeyList, PasskeySignIn {}

/** `defaultTimeline` measures calls that pass no timeline. */
export function createRelyingParty(context: RelyingPartyContext, defaultTimeline?: Timeline): RelyingParty {
  const naming = createPasskeyNaming(context, defaultTimeline);
  return {
    ...createRegistration(context, naming.cleanUpExpired, defaultTimeline),
    ...naming,
    ...createPasskeyList(context),
    ...createPasskeySignIn(context),
  };
}
