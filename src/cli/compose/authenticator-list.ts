/** What the client finds on this machine, told to whoever listens when it changes. */
import type { AuthenticatorSource, AvailableAuthenticator } from '#client/context.ts';

interface Showing {
  readonly available: AvailableAuthenticator | undefined;
}

export class ShownAuthenticators implements AuthenticatorSource {
  readonly #listeners = new Set<() => void>();
  #all: readonly Showing[] = [];

  show(all: readonly Showing[]): void {
    this.#all = all;
  }

  list(): readonly AvailableAuthenticator[] {
    return this.#all.flatMap(({ available }) => available ?? []);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly changed = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
