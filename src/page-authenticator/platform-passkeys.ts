/** The passkeys of a platform authenticator, which its system can list without a gesture: for autofill lists and for signals of sites. */
import type { AvailableAuthenticator, ManagedPasskey } from '#client/context.ts';
import type { Authenticator } from '#emulator';

export function platformPasskeys(
  authenticator: Authenticator,
): Pick<AvailableAuthenticator, 'createsWithoutPresence' | 'discoverCredentials' | 'passkeys'> {
  const { managedCredentials: managed, persona } = authenticator;
  const list = async (rpId: string) => passkeysOf(authenticator, rpId);
  return {
    createsWithoutPresence: persona.createsWithoutPresence,
    discoverCredentials: async (rpId) => (await list(rpId)).filter(({ hidden }) => !hidden),
    passkeys: {
      list,
      remove: async (id) => managed.remove(id),
      setHidden: async (id, hidden) => managed.setHidden(id, hidden),
      rename: async (id, user) => managed.rename(id, user),
    },
  };
}

const passkeysOf = (authenticator: Authenticator, rpId: string): ManagedPasskey[] =>
  authenticator
    .inspect()
    .credentials.filter((credential) => credential.rpId === rpId)
    .map(({ credentialId, userId, userName = '', userDisplayName = '', hidden }) => ({
      credentialId,
      userId,
      name: userName,
      displayName: userDisplayName,
      hidden,
    }));
