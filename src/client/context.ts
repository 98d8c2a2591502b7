/** What a ceremony depends on: the calling page, the connected authenticators, the user, clock, randomness and client policy. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Timeline } from '#result/timeline.ts';
import type { CtapDevice } from '#transport/device.ts';
import type { RecentAuthentications } from './recent-authentications.ts';
import type { RelatedOrigins } from './related-origins.ts';
import type { AccountChoice, AuthenticatorChoice, UserInteraction } from './user-interaction.ts';

/** An authenticator that is connected: a security key, or the platform authenticator of this machine. */
export interface AvailableAuthenticator {
  /** Unique among the listed authenticators. */
  id: string;
  /** `this-device` for the platform authenticator, `security-key`, or `phone`. */
  kind: AuthenticatorChoice['kind'];
  /** Name in the dialog, e.g. `USB security key`. */
  label: string;
  /** The connection to the authenticator. */
  device: CtapDevice;
  /**
   * Returns the accounts of the discoverable credentials for an RP ID, without a gesture: silentCredentialDiscovery, WebAuthn
   * L3 section 6.3.5. Absent for an authenticator that cannot do this; its accounts are not offered by conditional get().
   */
  discoverCredentials?: ((rpId: string) => Promise<AccountChoice[]>) | undefined;
  /**
   * True for a credential manager that creates a credential without user presence (option `up: false`), as conditional
   * create() requires: WebAuthn L3 section 6.3.2, requireUserPresence.
   */
  createsWithoutPresence?: boolean | undefined;
  /** The passkeys of this authenticator, for signals of sites (section 5.1.10). Absent if the system does not manage them. */
  passkeys?: ManagedPasskeys | undefined;
}

/** A passkey that the system manages. */
export interface ManagedPasskey extends AccountChoice {
  userId: Uint8Array;
  /** A hidden passkey stays stored, and is neither offered nor used. */
  hidden: boolean;
}

/** The passkeys of an authenticator, as the system manages them: without a gesture or a PIN. */
export interface ManagedPasskeys {
  /** Returns the discoverable credentials for an RP ID, also hidden ones. */
  list(rpId: string): Promise<ManagedPasskey[]>;
  remove(credentialId: Uint8Array): Promise<void>;
  setHidden(credentialId: Uint8Array, hidden: boolean): Promise<void>;
  rename(credentialId: Uint8Array, user: { name: string; displayName: string }): Promise<void>;
}

/** The authenticators of this machine. The list may change while a ceremony runs. */
export interface AuthenticatorSource {
  /** Returns the authenticators that are connected now. */
  list(): readonly AvailableAuthenticator[];
  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

/** Returns a source whose list never changes. */
export const fixedAuthenticators = (...list: AvailableAuthenticator[]): AuthenticatorSource => ({
  list: () => list,
  onChange: () => () => undefined,
});

/** Decisions that WebAuthn leaves open. */
export interface ClientPolicy {
  /** Range and default of the timeout in milliseconds, WebAuthn L3 section 5.1.3 step 4. */
  timeout: { minMs: number; maxMs: number; defaultMs: number };
  /** When a key is unplugged during the ceremony: ask for it again (Chromium, Windows) or end the ceremony (Firefox). */
  onKeyRemoved: 'ask-again' | 'end';
  /** Enterprise attestation for an RP ID: 1 (vendor-facilitated), 2 (platform-managed), or none. CTAP 2.1 section 7.1. */
  enterpriseAttestation(rpId: string): 1 | 2 | undefined;
  /**
   * `strict`: refuse malformed or inconsistent authenticator responses, as WebAuthn requires. `none`: pass them to the page,
   * to test how the relying party handles them.
   */
  checks: 'strict' | 'none';
  /**
   * Extension outputs that were not requested: pass them on as part of the authenticator data (Firefox, and the default), or
   * refuse the response (Chromium). Only with `checks: 'strict'`.
   */
  unsolicitedOutputs: 'accept' | 'refuse';
}

/** The policy of a client without settings: timeouts of 5 to 10 minutes, strict checks, no enterprise attestation. */
export const defaultPolicy: ClientPolicy = {
  timeout: { minMs: 300_000, maxMs: 600_000, defaultMs: 300_000 },
  onKeyRemoved: 'ask-again',
  enterpriseAttestation: () => undefined,
  checks: 'strict',
  unsolicitedOutputs: 'accept',
};

/** What a ceremony depends on: the calling page, the authenticators, the user, clock, randomness and policy. */
export interface ClientContext {
  /** Serialized origin of the calling frame. The caller has checked permissions policy and user activation. */
  origin: string;
  /** Serialized origin of the top-level page, if it differs. */
  topOrigin?: string | undefined;
  /** True in a frame that is not same-origin with its ancestors. Default: whether `topOrigin` differs from `origin`. */
  crossOrigin?: boolean | undefined;
  /** The page's `mediation`: a request without a modal dialog, or by default one with it. */
  mediation?: 'conditional' | undefined;
  /** The authenticators of this machine. */
  authenticators: AuthenticatorSource;
  /** Answers the prompts of the client. */
  user: UserInteraction;
  /** Timeouts run on it. */
  clock: Clock;
  /** The source of key agreement keys and PIN protocol nonces. */
  random: Random;
  /** Receives the duration of each phase, if the caller measures. */
  timeline?: Timeline | undefined;
  /** Absent in a client that does not support related origins (WebAuthn L3 section 5.11). */
  relatedOrigins?: RelatedOrigins | undefined;
  /** Absent in a client that does not support conditional create(). */
  recentAuthentications?: RecentAuthentications | undefined;
  /** The page's own abort signal. */
  signal?: AbortSignal | undefined;
  /** Members that differ from `defaultPolicy`. */
  policy?: Partial<ClientPolicy> | undefined;
}
