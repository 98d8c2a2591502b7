/**
 * The user's side of a ceremony as a port: whoever implements it is the person in front of the security dialog.
 * The client asks, one question at a time; scenario steps, a terminal prompt or a test answer. Every question may be
 * answered with `cancelled`, and ends with the signal's abort (timeout, page abort) by rejecting with the signal's reason;
 * an answer that comes later is ignored.
 */

export const cancelled = Symbol('cancelled');
export type Cancelled = typeof cancelled;

/** Where a passkey can be saved, as the dialog offers it. */
export interface AuthenticatorChoice {
  id: string;
  kind: 'this-device' | 'security-key' | 'phone';
  label: string;
}

export interface PinPrompt {
  /** `set`: the key has no PIN yet; `change`: it forces a new one; `enter`: type the one it has. */
  kind: 'set' | 'change' | 'enter';
  minCodePoints: number;
  /** Retries left as the key reports them; absent when setting. */
  retries?: number;
  /** What was wrong with the previous answer in this ceremony. */
  problem?: 'wrong' | 'too-short' | 'too-long' | 'refused-by-policy';
}

export interface PresencePrompt {
  why: 'register' | 'sign-in' | 'select-device' | 'already-registered' | 'verify';
  rpId: string;
  /** True when the key verifies the user itself (fingerprint) instead of a bare touch. */
  verification: boolean;
}

export interface ReviewPrompt {
  rpId: string;
  userName: string;
  authenticator: string;
  /** The relying party asked to learn make and model of the key (attestation other than `none`). */
  attestation: boolean;
}

export interface AccountChoice {
  credentialId: Uint8Array;
  name: string;
  displayName: string;
}

export interface UserInteraction {
  chooseAuthenticator(
    choices: AuthenticatorChoice[],
    signal: AbortSignal,
  ): Promise<AuthenticatorChoice['id'] | Cancelled>;
  /** Resolves once a key is there (again). Asked when a security key was chosen and none is connected; ends by itself when one appears. */
  connectKey(signal: AbortSignal): Promise<'connected' | Cancelled>;
  providePin(prompt: PinPrompt, signal: AbortSignal): Promise<string | Cancelled>;
  /**
   * Shown from the moment the key says that it waits for a gesture; the gesture itself happens at the key. Resolving with
   * `cancelled` ends the ceremony; the promise may also stay pending until `signal`, which ends with the wait.
   */
  awaitPresence(prompt: PresencePrompt, signal: AbortSignal): Promise<Cancelled>;
  /** Last look before the result goes to the site. */
  review(prompt: ReviewPrompt, signal: AbortSignal): Promise<'ok' | Cancelled>;
  chooseAccount(accounts: AccountChoice[], signal: AbortSignal): Promise<Uint8Array | Cancelled>;
  /** Tells the user why the ceremony ended, as the dialogs' last page does (`pin-blocked`, `already-registered`, ...). */
  inform(reason: EndReason): void;
}

export type EndReason =
  | 'already-registered'
  | 'pin-soft-locked'
  | 'pin-blocked'
  | 'device-unsuitable'
  | 'storage-full'
  | 'timeout'
  | 'key-removed'
  | 'not-recognised'
  | 'denied-at-key'
  | 'device-error';
