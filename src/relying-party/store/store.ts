/**
 * What the portal remembers, as a port. Everything that must not happen twice (a challenge answered, a one-time pass used,
 * a code entered, a credential id registered) is one atomic operation here, so that no caller can get it wrong.
 * Times are milliseconds since the epoch; `store.contract.ts` holds what every implementation must do.
 */
import type { PasskeyKind, Policy } from '../config.ts';

export const roles = ['authentication-administrator', 'authentication-policy-administrator'] as const;
/** The first issues Temporary Access Passes, the second edits the policy. */
export type Role = (typeof roles)[number];

export interface User {
  /** Random base64url; the WebAuthn user handle, so nothing about the person is in it (WebAuthn L3 14.6.1). */
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

/** How a session proved more than a password, and when. */
export interface MfaProof {
  method: 'totp' | 'tap' | 'passkey';
  at: number;
  /** Set for a one-time pass: passkeys can be registered until then, whatever the freshness. */
  registerUntil?: number;
}

export interface Session {
  /** Digest of the cookie's token: whoever reads the store cannot use the session. */
  id: string;
  userId: string;
  csrfToken: string;
  createdAt: number;
  expiresAt: number;
  mfa?: MfaProof;
  /** Secret of an authenticator app that is being set up and not confirmed yet. */
  totpDraft?: string;
}

export interface TemporaryAccessPass {
  userId: string;
  codeHash: string;
  issuedAt: number;
  expiresAt: number;
  oneTime: boolean;
  issuedBy: string;
  usedAt?: number;
}

/** A challenge that was given out and may be answered once. `owner` is the session it was given to. */
export interface Challenge {
  /** Base64url. */
  value: string;
  purpose: 'create' | 'get';
  owner: string;
  issuedAt: number;
  expiresAt: number;
  /** Algorithms asked for, so that a change of the policy in between does not matter. */
  algorithms: number[];
}

export interface AttestationRecord {
  fmt: string;
  type: 'none' | 'self' | 'certified';
  /** `none`: no certificates; `trusted`: leads to a configured root. */
  chain: 'none' | 'trusted' | 'untrusted';
}

/** What verification learned about a new credential, WebAuthn L3 section 4 "credential record" and what the log wants. */
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
  /** From `credProps.rk`; null when the client did not say. */
  discoverable: boolean | null;
}

/** A verified credential without a name. It becomes a passkey when its user names it, and an orphan when that never happens. */
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

export interface Store extends AsyncDisposable {
  readonly users: {
    /** @returns false when the name is taken. */
    insert(user: User): Promise<boolean>;
    byId(id: string): Promise<User | undefined>;
    /** Names compare without regard to case. */
    byName(name: string): Promise<User | undefined>;
    list(): Promise<User[]>;
    setTotpSecret(id: string, secret: string | undefined): Promise<void>;
    /** Marks TOTP time step `step` as used. @returns false when it or a later one was used before (RFC 6238 section 5.2). */
    useTotpStep(id: string, step: number): Promise<boolean>;
  };
  readonly sessions: {
    insert(session: Session): Promise<void>;
    byId(id: string): Promise<Session | undefined>;
    update(session: Session): Promise<void>;
    delete(id: string): Promise<void>;
    deleteExpired(now: number): Promise<void>;
  };
  readonly challenges: {
    insert(challenge: Challenge): Promise<void>;
    /** Removes and returns it: the second taker gets nothing. */
    take(value: string): Promise<Challenge | undefined>;
    deleteExpired(now: number): Promise<void>;
  };
  readonly passes: {
    /** The user's one pass. @returns true when it replaced another. */
    put(pass: TemporaryAccessPass): Promise<boolean>;
    byUser(userId: string): Promise<TemporaryAccessPass | undefined>;
    /** Records use. @returns false when it is one-time and was used, or is not this pass any more. */
    use(pass: TemporaryAccessPass, now: number): Promise<boolean>;
  };
  readonly pending: {
    /** @returns false when the credential id is already registered or waiting, whoever's it is. */
    insert(pending: PendingPasskey): Promise<boolean>;
    byId(id: string): Promise<PendingPasskey | undefined>;
    byUser(userId: string): Promise<PendingPasskey[]>;
    /** Turns waiting ones into orphans: all of a user, all whose time is over, or one. @returns the new orphans. */
    abandon(which: { userId: string } | { expiredBy: number } | { id: string }): Promise<PendingPasskey[]>;
  };
  readonly passkeys: {
    /** Turns a waiting credential into a passkey. @returns undefined when it waits no more or its id was registered meanwhile. */
    promote(pendingId: string, name: string, now: number): Promise<Passkey | undefined>;
    byId(id: string): Promise<Passkey | undefined>;
    byCredentialId(credentialId: string): Promise<Passkey | undefined>;
    /** Oldest first. */
    byUser(userId: string): Promise<Passkey[]>;
    rename(id: string, name: string): Promise<void>;
    /** Records a sign-in. */
    used(id: string, signCount: number, backedUp: boolean, now: number): Promise<void>;
    delete(id: string): Promise<void>;
  };
  readonly attempts: {
    /** Counts a failure for `subject`. @returns failures in a row so far. */
    fail(subject: string, now: number): Promise<number>;
    failures(subject: string): Promise<{ count: number; lastAt: number }>;
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
