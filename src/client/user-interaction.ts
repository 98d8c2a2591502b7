/**
 * The user's side of a ceremony, as an interface: scenario steps, a terminal or a test implement it. The client shows one
 * prompt at a time. Every prompt may resolve with `cancelled`. When `signal` is aborted (timeout, page abort) a prompt must
 * reject with the signal's reason; an answer after that is ignored.
 */

/** The answer of a user who cancels a prompt. */
export const cancelled = Symbol('cancelled');
/** The type of `cancelled`. */
export type Cancelled = typeof cancelled;

/** An authenticator, or a kind of authenticator, that can store the passkey. */
export interface AuthenticatorChoice {
  id: string;
  kind: 'this-device' | 'security-key' | 'phone';
  label: string;
}

/** A request for a PIN. */
export interface PinPrompt {
  /** `set`: the key has no PIN yet; `change`: it requires a new one; `enter`: the current one. */
  kind: 'set' | 'change' | 'enter';
  /** Minimum length of the PIN in Unicode code points. */
  minCodePoints: number;
  /** Retries left, as reported by the key; undefined for a new PIN. */
  retries?: number;
  /** What was wrong with the previous answer in this ceremony. */
  problem?: 'wrong' | 'too-short' | 'too-long' | 'refused-by-policy';
}

/** A request for a gesture at the key. */
export interface PresencePrompt {
  /** What the gesture is for. */
  why: 'register' | 'sign-in' | 'select-device' | 'already-registered' | 'verify';
  rpId: string;
  /** True when the key verifies the user itself (fingerprint); false for a plain touch. */
  verification: boolean;
}

/** A request to confirm the registration. */
export interface ReviewPrompt {
  rpId: string;
  userName: string;
  /** Label of the authenticator. */
  authenticator: string;
  /** Whether the relying party asked for the make and model of the key (attestation other than `none`). */
  attestation: boolean;
}

/** An account that the user can sign in with. */
export interface AccountChoice {
  credentialId: Uint8Array;
  name: string;
  displayName: string;
}

/** The accounts in the autofill list of a form field: no dialog, and part of the page until the user picks one. */
export interface AutofillPrompt {
  rpId: string;
  /** May be empty. */
  accounts: AccountChoice[];
  /** Why the previous sign-in from this list failed. */
  problem?: EndReason | 'cancelled';
}

/** A passkey that the site requests without a dialog, right after a sign-in. */
interface ConditionalCreatePrompt {
  rpId: string;
  userName: string;
}

/**
 * The user's side of a ceremony. The client shows one prompt at a time. Every prompt may resolve with `cancelled`. When `signal` is
 * aborted (timeout, abort by the page), a prompt must reject with the reason of the signal; an answer after that is ignored.
 */
export interface UserInteraction {
  /** Asks where to save or find the passkey. Resolves with the id of one of `choices`. */
  chooseAuthenticator(
    choices: AuthenticatorChoice[],
    signal: AbortSignal,
  ): Promise<AuthenticatorChoice['id'] | Cancelled>;
  /** Called instead of `chooseAuthenticator` if all choices are of one kind. Nothing is asked. */
  skipChoice?(choices: AuthenticatorChoice[]): void;
  /** Asks to connect a security key. Resolves when the user confirms that it is connected; aborted when a key appears. */
  connectKey(signal: AbortSignal): Promise<'connected' | Cancelled>;
  /** Asks for a PIN. Resolves with the PIN as the user types it. */
  providePin(prompt: PinPrompt, signal: AbortSignal): Promise<string | Cancelled>;
  /**
   * Shown while the key waits for a gesture, which happens at the key. `cancelled` ends the ceremony. The promise may stay
   * pending; `signal` is aborted when the wait ends.
   */
  awaitPresence(prompt: PresencePrompt, signal: AbortSignal): Promise<Cancelled>;
  /** The last confirmation before the result goes to the site. */
  review(prompt: ReviewPrompt, signal: AbortSignal): Promise<'ok' | Cancelled>;
  /** Resolves with the credential id of the chosen account. */
  chooseAccount(accounts: AccountChoice[], signal: AbortSignal): Promise<Uint8Array | Cancelled>;
  /**
   * Offers accounts in a form field. Resolves with the credential id of the picked account, or with `another-device` for a key
   * or phone; stays pending while the user picks nothing. `signal` is aborted when the list changes or the page aborts.
   */
  chooseAutofillAccount(prompt: AutofillPrompt, signal: AbortSignal): Promise<Uint8Array | 'another-device'>;
  /** Whether the user allows conditional create(), e.g. by a setting. Nothing is shown. */
  consentToConditionalCreate(prompt: ConditionalCreatePrompt, signal: AbortSignal): Promise<'ok' | Cancelled>;
  /** Shows why the ceremony ended, as the last page of the dialogs does. */
  inform(reason: EndReason): void;
}

/** Why a ceremony ended without success, as dialogs explain it to the user. */
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
