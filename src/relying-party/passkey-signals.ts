/**
 * What the portal reports to browsers about the passkeys of a user, as the arguments of the signal methods (WebAuthn L3 section 5.1.10): after
 * a passkey was deleted, which ones are valid; after the user was renamed, what the account is called.
 */
import type { RelyingPartyContext } from './context.ts';
import type { User } from './store/store.ts';

interface AcceptedCredentials {
  rpId: string;
  userId: string;
  allAcceptedCredentialIds: string[];
}

interface UserDetails {
  rpId: string;
  userId: string;
  name: string;
  displayName: string;
}

export interface PasskeySignals {
  signalAllAcceptedCredentials?: AcceptedCredentials;
  signalCurrentUserDetails?: UserDetails;
}

/** Returns the signal after a passkey of the user was deleted. */
export async function signalsAfterDeletion(
  { store, rpId }: Pick<RelyingPartyContext, 'store' | 'rpId'>,
  user: User,
): Promise<PasskeySignals> {
  const passkeys = await store.passkeys.byUser(user.id);
  const allAcceptedCredentialIds = passkeys.map(({ credentialId }) => credentialId);
  return { signalAllAcceptedCredentials: { rpId, userId: user.id, allAcceptedCredentialIds } };
}

/** Returns the signal after the user was renamed. */
export const signalsAfterRenaming = (
  { rpId }: Pick<RelyingPartyContext, 'rpId'>,
  { id, name, displayName }: User,
): PasskeySignals => ({ signalCurrentUserDetails: { rpId, userId: id, name, displayName } });
