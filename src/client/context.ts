/** What a ceremony runs in: the page, the connected authenticators, the user, time and randomness, and what this client's vendor decided. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Timeline } from '#result/timeline.ts';
import type { CtapDevice } from '#transport/device.ts';
import type { AuthenticatorChoice, UserInteraction } from './user-interaction.ts';

export interface AvailableAuthenticator {
  /** Unique among those listed. */
  id: string;
  kind: AuthenticatorChoice['kind'];
  /** What a dialog calls it, e.g. `USB security key`. */
  label: string;
  device: CtapDevice;
}

/** The authenticators of this machine; which ones may change while a ceremony runs. */
export interface AuthenticatorSource {
  /** Those connected now. */
  list(): readonly AvailableAuthenticator[];
  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void;
}

/** A source that never changes. */
export const fixedAuthenticators = (...list: AvailableAuthenticator[]): AuthenticatorSource => ({
  list: () => list,
  onChange: () => () => undefined,
});

/** What WebAuthn leaves to the client. */
export interface ClientPolicy {
  /** Range and default of the timeout in milliseconds, WebAuthn L3 section 5.1.3 step 4. */
  timeout: { minMs: number; maxMs: number; defaultMs: number };
  /** A key pulled during the ceremony: ask for it again (Chromium, Windows) or end (Firefox). */
  onKeyRemoved: 'ask-again' | 'end';
  /** Enterprise attestation for an RP ID: 1 (vendor-facilitated), 2 (platform-managed), or none. CTAP 2.1 section 7.1. */
  enterpriseAttestation(rpId: string): 1 | 2 | undefined;
  /** `relay` passes on answers that a client has to refuse, to put the relying party on trial. */
  checks: 'strict' | 'relay';
}

export const defaultPolicy: ClientPolicy = {
  timeout: { minMs: 300_000, maxMs: 600_000, defaultMs: 300_000 },
  onKeyRemoved: 'ask-again',
  enterpriseAttestation: () => undefined,
  checks: 'strict',
};

export interface ClientContext {
  /** Serialized origin of the calling frame. The caller has checked permissions policy and user activation. */
  origin: string;
  /** Serialized origin of the top-level page, when that is another. */
  topOrigin?: string | undefined;
  /** True in a frame that is not same-origin with its ancestors; follows from `topOrigin` when absent. */
  crossOrigin?: boolean | undefined;
  authenticators: AuthenticatorSource;
  user: UserInteraction;
  clock: Clock;
  random: Random;
  timeline?: Timeline | undefined;
  /** The page's own signal. */
  signal?: AbortSignal | undefined;
  policy?: Partial<ClientPolicy> | undefined;
}
