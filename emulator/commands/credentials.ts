/** Functions on credentials that several commands use. */
import type { Credential } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';

/**
 * Returns the credential with this id of this relying party, from the store if it is discoverable and from its id otherwise;
 * undefined if this authenticator did not create it, or has deleted or hidden it.
 */
export function findCredential(
  id: Uint8Array,
  rpId: string,
  rpIdHash: Uint8Array,
  { state: { persistent } }: AuthenticatorEnv,
): Credential | undefined {
  const properties = persistent.keys.readProperties(id, rpIdHash);
  if (!properties) return undefined;
  if (properties.discoverable) {
    const stored = persistent.credentials.byId(id);
    return stored?.hidden ? undefined : stored;
  }
  const { algorithm, credProtect, discoverable, thirdPartyPayment } = properties;
  return { id, rpId, algorithm, credProtect, discoverable, thirdPartyPayment };
}

/** The plaintext of encCredStoreState changes whenever a discoverable credential does (CTAP 2.3 section 6.4). */
export function renewCredStoreState(env: AuthenticatorEnv): void {
  const {
    persona,
    random,
    state: { persistent },
    faultHooks: { rules },
  } = env;
  if (rules.renewCredStoreState && persona.features?.encryptedIdentifiers) persistent.credStoreState = random.bytes(16);
}
