/** Finding a credential by its id, whether the store knows it or its id says everything. */
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';

/** The credential with this id for this relying party, or undefined when it is none of ours (any more). */
export function findCredential(
  id: Uint8Array,
  rpId: string,
  rpIdHash: Uint8Array,
  { state: { persistent } }: AuthenticatorEnv,
): Credential | undefined {
  const properties = persistent.keys.open(id, rpIdHash);
  if (!properties) return undefined;
  if (properties.discoverable) return persistent.credentials.byId(id);
  const { algorithm, credProtect, discoverable, thirdPartyPayment } = properties;
  return { id, rpId, algorithm, credProtect, discoverable, thirdPartyPayment };
}

/** What encCredStoreState encrypts changes with every discoverable credential (CTAP 2.3 section 6.4). */
export function credentialStoreChanged({ persona, random, state: { persistent } }: AuthenticatorEnv): void {
  if (persona.features?.encryptedIdentifiers) persistent.credStoreState = random.bytes(16);
}
