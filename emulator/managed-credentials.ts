/**
 * The discoverable credentials of an authenticator that is built into a system, as that system manages them: without CTAP, a
 * gesture or a PIN. Clients do this when a site signals that its credentials have changed (WebAuthn L3 section 5.1.10).
 */
import { renewCredStoreState } from './commands/credentials.ts';
import type { StoredCredential } from './credential-store.ts';
import type { AuthenticatorEnv } from './env.ts';

export class ManagedCredentials {
  readonly #env: AuthenticatorEnv;

  constructor(env: AuthenticatorEnv) {
    this.#env = env;
  }

  /** Deletes a credential. Does nothing if there is none with this id. */
  remove(credentialId: Uint8Array): void {
    this.#change(credentialId, (credential) => this.#env.state.persistent.credentials.delete(credential));
  }

  /** Hides a credential, or shows it again. A hidden one stays stored, and no command uses it. */
  setHidden(credentialId: Uint8Array, hidden: boolean): void {
    this.#change(credentialId, ({ id }) => this.#env.state.persistent.credentials.update(id, { hidden }));
  }

  /** Changes the names of the account. */
  rename(credentialId: Uint8Array, { name, displayName }: { name: string; displayName: string }): void {
    this.#change(credentialId, ({ id, user }) =>
      this.#env.state.persistent.credentials.update(id, { user: { ...user, name, displayName } }),
    );
  }

  #change(credentialId: Uint8Array, change: (credential: StoredCredential) => void): void {
    const { state, commit } = this.#env;
    const credential = state.persistent.credentials.byId(credentialId);
    if (!credential) return;
    change(credential);
    renewCredStoreState(this.#env);
    commit();
  }
}
