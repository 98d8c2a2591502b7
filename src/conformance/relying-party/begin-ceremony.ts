/** Begins the ceremonies of an account, and describes what their responses answer. */
import type { Ceremony } from './make-ceremony.ts';
import type { Account } from './target.ts';

export const beginRegistration = async (account: Account): Promise<Ceremony> =>
  describeCeremony(account, await account.beginRegistration());
export const beginAuthentication = async (account: Account): Promise<Ceremony> =>
  describeCeremony(account, await account.beginAuthentication());
/** RP ID and user handle of an account may be unknown until the ceremony has begun. */
const describeCeremony = ({ origin, rpId, userHandle }: Account, challenge: string): Ceremony => ({
  origin,
  rpId,
  userHandle,
  challenge,
});
