/** The relying party without HTTP: registration, naming, a user's passkeys, sign-in with a passkey. The portal adds the pages. */
import type { Timeline } from '#result/timeline.ts';
import type { RelyingPartyContext } from './context.ts';
import { createPasskeyList, type PasskeyList } from './passkey-list.ts';
import { createPasskeyNaming, type PasskeyNaming } from './passkey-naming.ts';
import { createPasskeySignIn, type PasskeySignIn } from './passkey-sign-in.ts';
import { createPasskeyUpgrade, type PasskeyUpgrade } from './passkey-upgrade.ts';
import { createRegistration, type Registration } from './registration.ts';
import { createUserDetails, type UserDetails } from './user-details.ts';

export interface RelyingParty
  extends Registration,
    PasskeyNaming,
    PasskeyList,
    PasskeySignIn,
    PasskeyUpgrade,
    UserDetails {}

/** `defaultTimeline` measures calls that pass no timeline. */
export function createRelyingParty(context: RelyingPartyContext, defaultTimeline?: Timeline): RelyingParty {
  const naming = createPasskeyNaming(context, defaultTimeline);
  const registration = createRegistration(context, naming.cleanUpExpired, defaultTimeline);
  return {
    ...registration,
    ...createPasskeyUpgrade(context, registration, naming),
    ...naming,
    ...createPasskeyList(context),
    ...createPasskeySignIn(context),
    ...createUserDetails(context),
  };
}
