/** Discoverable credentials, indexed by relying party and by id. Private keys are not stored; see `credential-keys.ts`. */
import { mapKey } from '#base/bytes.ts';
import { CtapError } from '#protocol/errors.ts';
import type { CredentialProperties } from './credential-keys.ts';

export interface UserEntity {
  id: Uint8Array;
  name?: string | undefined;
  displayName?: string | undefined;
  /** URL; only on personas with `hasIcons`. */
  icon?: string | undefined;
}

/** What extensions store with a credential. Properties that are not in its id need a discoverable credential. */
export interface CredentialExtras extends Pick<CredentialProperties, 'credProtect' | 'thirdPartyPayment'> {
  credBlob?: Uint8Array | undefined;
  /** 32 bytes. */
  largeBlobKey?: Uint8Array | undefined;
  largeBlobSupported?: boolean | undefined;
  largeBlob?: { compressed: Uint8Array; originalSize: number } | undefined;
}

export interface Credential extends CredentialProperties, CredentialExtras {
  id: Uint8Array;
  rpId: string;
  /** Undefined for a credential that is not discoverable. */
  user?: UserEntity | undefined;
  /** The system has hidden it: the authenticator keeps it, but does not use it. See `managed-credentials.ts`. */
  hidden?: boolean | undefined;
}

export type StoredCredential = Credential & { user: UserEntity };

export class CredentialStore {
  /** For each relying party its credentials by user id, the oldest first. */
  readonly #byRpId = new Map<string, Map<string, StoredCredential>>();
  readonly #byId = new Map<string, StoredCredential>();
  readonly #capacity: number;
  #revision = 0;
  /** Called with each credential that is added, changed or deleted. */
  onChange: ((credential: StoredCredential) => void) | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Changes whenever a credential is added, changed or deleted. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#byId.size;
  }

  get remaining(): number {
    return this.#capacity - this.#byId.size;
  }

  /**
   * Stores a credential. It replaces an older one of the same account, CTAP 2.1 section 6.1.2 step 17.
   * @throws {CtapError} CTAP2_ERR_KEY_STORE_FULL
   */
  put(credential: StoredCredential): void {
    const accounts = this.#byRpId.get(credential.rpId) ?? new Map<string, StoredCredential>();
    const account = mapKey(credential.user.id);
    const older = accounts.get(account);
    if (!older && this.remaining <= 0) throw new CtapError('CTAP2_ERR_KEY_STORE_FULL', `${this.#capacity} are stored`);
    if (older) {
      this.#byId.delete(mapKey(older.id));
      accounts.delete(account);
      this.#notify(older);
    }
    accounts.set(account, credential);
    this.#byRpId.set(credential.rpId, accounts);
    this.#byId.set(mapKey(credential.id), credential);
    this.#notify(credential);
  }

  /** Changes a stored credential without moving it in the order. Returns false if no credential has this id. */
  update(id: Uint8Array, changes: Partial<Omit<StoredCredential, 'id' | 'rpId'>>): boolean {
    const older = this.byId(id);
    if (!older) return false;
    const credential = { ...older, ...changes };
    this.#byRpId.get(older.rpId)?.set(mapKey(older.user.id), credential);
    this.#byId.set(mapKey(id), credential);
    this.#notify(credential);
    return true;
  }

  byId(id: Uint8Array): StoredCredential | undefined {
    return this.#byId.get(mapKey(id));
  }

  /** Returns the credentials of a relying party, the newest first. */
  ofRelyingParty(rpId: string): StoredCredential[] {
    return [...(this.#byRpId.get(rpId)?.values() ?? [])].reverse();
  }

  /** Returns the ids of the relying parties with stored credentials. */
  relyingParties(): string[] {
    return [...this.#byRpId.keys()];
  }

  delete(credential: StoredCredential): void {
    this.#byId.delete(mapKey(credential.id));
    this.unlist(credential);
  }

  /** Removes a credential from the lists of its relying party. It can still be found with its id. */
  unlist(credential: StoredCredential): void {
    const { rpId, user } = credential;
    const accounts = this.#byRpId.get(rpId);
    accounts?.delete(mapKey(user.id));
    if (accounts?.size === 0) this.#byRpId.delete(rpId);
    this.#notify(credential);
  }

  all(): StoredCredential[] {
    return [...this.#byId.values()];
  }

  #notify(credential: StoredCredential): void {
    this.#revision += 1;
    this.onChange?.(credential);
  }
}
