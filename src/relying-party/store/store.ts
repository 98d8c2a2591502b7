/**
 * The interface that the portal stores its data with. Whatever may happen only once (answering a challenge, using a one-time pass or
 * a TOTP code, registering a credential id) is one atomic operation, so that concurrent requests cannot both succeed.
 * Every method throws a `StoreError` if the storage is full or cannot be used.
 * Times are milliseconds since the epoch. `testing/store-contract.ts` tests every implementation.
 */
import type { PasskeyKind, Policy } from '../config.ts';

export const roles = ['authentication-administrator', 'authentication-policy-administrator'] as const;
/** An authentication administrator issues Temporary Access Passes; an authentication policy administrator edits the policy. */
export type Role = (typeof roles)[number];

/** An account of the portal. */
export interface User {
  /** Random, base64url. It is the WebAuthn user handle and must not contain personal information (WebAuthn L3 section 14.6.1). */
  id: string;
  /** Sign-in name, unique, e.g. `adele@contoso.test`. */
  name: string;
  displayName: string;
  passwordHash: string;
  guest: boolean;
  roles: Role[];
  groups: string[];
  /** Base32; absent until the authenticator app is set up. */
  totpSecret?: string;
}

/** How and when a session did multifactor authentication. */
export interface MfaProof {
  method: 'totp' | 'tap' | 'passkey';
  at: number;
  /** Set for a one-time pass: passkeys can be registered until then, however long ago MFA was. */
  registerUntil?: number;
}

/** A session of a browser: it begins with the first sign-in step. */
export interface Session {
  /** Digest of the cookie's token, so that a copy of the store cannot be used to take over sessions. */
  id: string;
  userId: string;
  csrfToken: string;
  createdAt: number;
  expiresAt: number;
  mfa?: MfaProof;
  /** Secret of an authenticator app that is being set up and not confirmed yet. */
  totpDraft?: string;
}

/** A pass that an administrator has issued. It counts as multifactor authentication. */
export interface TemporaryAccessPass {
  userId: string;
  codeHash: string;
  issuedAt: number;
  expiresAt: number;
  oneTime: boolean;
  issuedBy: string;
  usedAt?: number;
}

/** An issued challenge, which may be answered once. `owner` is the session (or visitor) it was issued to. */
export interface Challenge {
  /** Base64url. */
  value: string;
  purpose: 'create' | 'conditional-create' | 'get';
  owner: string;
  issuedAt: number;
  expiresAt: number;
  /** The algorithms of the options, so that a later change of the policy does not affect this ceremony. */
  algorithms: number[];
}

/** What the verification found out about the attestation. */
export interface AttestationRecord {
  fmt: string;
  type: 'none' | 'self' | 'certified';
  /** `none`: no certificates; `trusted`: the certificates lead to a configured root. */
  chain: 'none' | 'trusted' | 'untrusted';
}

/** A verified new credential: the "credential record" of WebAuthn L3 section 4, and facts for the log and the administrator's pages. */
export interface VerifiedCredential {
  /** Base64url. */
  credentialId: string;
  /** COSE_Key, base64url. */
  publicKey: string;
  algorithm: number;
  signCount: number;
  aaguid: string;
  attestation: AttestationRecord;
  kind: PasskeyKind | 'unknown';
  transports: string[];
  userVerified: boolean;
  backupEligible: boolean;
  backedUp: boolean;
  /** From `credProps.rk`; null if the client did not report it. */
  discoverable: boolean | null;
}

/** A verified credential without a name. It becomes a passkey when the user names it; otherwise it is abandoned. */
export interface PendingPasskey {
  id: string;
  userId: string;
  sessionId: string;
  verifiedAt: number;
  expiresAt: number;
  state: 'waiting' | 'abandoned';
  credential: VerifiedCredential;
}

export interface Passkey extends VerifiedCredential {
  id: string;
  userId: string;
  name: string;
  registeredAt: number;
  lastUsedAt?: number;
}

export interface EventRecord {
  at: number;
  event: string;
  detail: Record<string, string | number | boolean | null>;
}

/** How often a secret may be guessed. */
export interface AttemptLimit {
  /** After this number of failed attempts in a row, `waitMs` must pass before each further attempt. */
  failures: number;
  waitMs: number;
}

/**
 * What the portal stores. Whatever may happen only once is one atomic operation. Every method throws a `StoreError` if the storage is
 * full or cannot be used. Times are milliseconds since the epoch. Disposing it closes the storage.
 */
export interface Store extends AsyncDisposable {
  /**
   * Runs `work` as one transaction: all changes that it makes take effect, or none if it throws. Calls from elsewhere wait until it has
   * ended. A transaction within a transaction is part of it.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  readonly users: {
    /** @returns false if the name is taken. */
    insert(user: User): Promise<boolean>;
    byId(id: string): Promise<User | undefined>;
    /** Names are not case-sensitive. */
    byName(name: string): Promise<User | undefined>;
    list(): Promise<User[]>;
    setDisplayName(id: string, displayName: string): Promise<void>;
    /**
     * Stores the secret of a new authenticator app, and marks time step `step` as used: its code confirmed the app.
     * @returns false if the user has this secret already and used it in that step or a later one.
     */
    enrollTotp(id: string, secret: string, step: number): Promise<boolean>;
    removeTotp(id: string): Promise<void>;
    /** Marks TOTP time step `step` as used. @returns false if it or a later step was used before (RFC 6238 section 5.2). */
    useTotpStep(id: string, step: number): Promise<boolean>;
  };
  readonly sessions: {
    insert(session: Session): Promise<void>;
    byId(id: string): Promise<Session | undefined>;
    update(session: Session): Promise<void>;
    /**
     * Replaces session `id` by `session`, which gets its challenges and pending credentials.
     * @returns false if session `id` does not exist (any more).
     */
    replace(id: string, session: Session): Promise<boolean>;
    delete(id: string): Promise<void>;
    deleteExpired(now: number): Promise<void>;
  };
  readonly challenges: {
    insert(challenge: Challenge): Promise<void>;
    /** Removes the challenge and returns it, so that only the first call gets it. */
    take(value: string): Promise<Challenge | undefined>;
    deleteExpired(now: number): Promise<void>;
  };
  readonly passes: {
    /** Stores the user's only pass. @returns true if it replaced an earlier one. */
    put(pass: TemporaryAccessPass): Promise<boolean>;
    byUser(userId: string): Promise<TemporaryAccessPass | undefined>;
    /** Records a use. @returns false if the pass is one-time and was used before, or if it was replaced. */
    use(pass: TemporaryAccessPass, now: number): Promise<boolean>;
  };
  readonly pending: {
    /** @returns false if the credential id is already registered or pending, for this or any other user. */
    insert(pending: PendingPasskey): Promise<boolean>;
    byId(id: string): Promise<PendingPasskey | undefined>;
    byUser(userId: string): Promise<PendingPasskey[]>;
    /** Abandons waiting credentials: all of a user, all that expired by a time, or one. @returns the ones that were abandoned now. */
    abandon(which: { userId: string } | { expiredBy: number } | { id: string }): Promise<PendingPasskey[]>;
  };
  readonly passkeys: {
    /** Turns a waiting credential into a passkey. @returns undefined if it is no longer waiting or its credential id has been registered. */
    promote(pendingId: string, name: string, now: number): Promise<Passkey | undefined>;
    byId(id: string): Promise<Passkey | undefined>;
    byCredentialId(credentialId: string): Promise<Passkey | undefined>;
    /** Oldest first. */
    byUser(userId: string): Promise<Passkey[]>;
    rename(id: string, name: string): Promise<void>;
    /** Records a sign-in. */
    recordUse(id: string, signCount: number, backedUp: boolean, now: number): Promise<void>;
    delete(id: string): Promise<void>;
  };
  readonly attempts: {
    /**
     * Counts an attempt of `subject` as failed, before its secret is verified, so that concurrent attempts cannot exceed the limit.
     * @returns false, without counting, if `subject` has failed `limit.failures` times in a row and `limit.waitMs` have not passed since.
     */
    begin(subject: string, limit: AttemptLimit, now: number): Promise<boolean>;
    /** Forgets the failures of `subject`, because an attempt succeeded. */
    clear(subject: string): Promise<void>;
  };
  readonly events: {
    append(event: EventRecord): Promise<void>;
    /** Oldest first. */
    list(): Promise<EventRecord[]>;
  };
  readonly policy: {
    get(): Promise<Policy | undefined>;
    put(policy: Policy): Promise<void>;
  };
}
