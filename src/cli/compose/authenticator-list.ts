/** The authenticators that the client finds on this machine during a case. Listeners are notified when one is connected or disconnected. */
import type { AuthenticatorSource, AvailableAuthenticator } from '#client/context.ts';

interface Member {
  /** Undefined while it is disconnected. */
  readonly available: AvailableAuthenticator | undefined;
}

export class AuthenticatorList implements AuthenticatorSource {
  readonly #listeners = new Set<() => void>();
  #members: readonly Member[] = [];

  setMembers(members: readonly Member[]): void {
    this.#members = members;
  }

  list(): readonly AvailableAuthenticator[] {
    return this.#members.flatMap(({ available }) => available ?? []);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called by the members after they were connected or disconnected. */
  readonly notifyChange = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
