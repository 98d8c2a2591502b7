/**
 * Credentials that several cases use. Cases whose preparation registers the same credentials, and which change nothing, use those of the
 * first of them: each saves its touches. Each other case has its own RP ID.
 */
import { toHex } from '#base/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import type { RegistrationOptions, TestCredential } from '../test-credential.ts';
import type { CredentialPool } from '../test-target.ts';

export class SharedCredentials {
  readonly #preparations = new Map<string, TestCredential[]>();

  /** Returns the credentials for a case whose preparation is described by this text: equal texts share. */
  forPreparation(preparation: string): CredentialPool {
    let used = 0;
    return {
      find: (_options, hasPin) => this.#credentialsOf(preparation, hasPin)[used++],
      add: (_options, hasPin, credential) => void this.#credentialsOf(preparation, hasPin).push(credential),
    };
  }

  /** A reset has deleted the credentials. */
  clear(): void {
    this.#preparations.clear();
  }

  #credentialsOf(preparation: string, hasPin: boolean): TestCredential[] {
    const key = `${preparation} ${hasPin ? 'with' : 'without'} PIN`;
    const credentials = this.#preparations.get(key) ?? [];
    this.#preparations.set(key, credentials);
    return credentials;
  }
}

/** Returns a key that is equal for interchangeable registrations; undefined for a registration that only its case can use. */
export function describePreparation(options: RegistrationOptions): string | undefined {
  const { rpId, excludeList, userId, extensions, rk = false, algorithm, verified = true } = options;
  if (rpId !== undefined || excludeList !== undefined) return undefined;
  return JSON.stringify([rk, algorithm, verified, userId && toHex(userId), extensions && toHex(encode(extensions))]);
}
