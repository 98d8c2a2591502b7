/** A `UserInteraction` that approves every prompt at once, for tests and benchmarks. */
import { type AuthenticatorChoice, cancelled, type EndReason, type UserInteraction } from './user-interaction.ts';

/** What `autoApproveUser` answers. */
export interface AutoApproveOptions {
  /**
   * PIN to enter. A list has one PIN for each prompt, in order. The prompt is cancelled when the list is used up, when a
   * single PIN was wrong, or when there is no PIN.
   */
  pin?: string | string[];
  /** Kind of authenticator to choose when several kinds are offered. Default: the first choice. */
  authenticatorKind?: AuthenticatorChoice['kind'];
  /** Called when the ceremony ends with a reason for the user. */
  onInform?: (reason: EndReason) => void;
}

/** Returns a new promise for each call: waiters on one shared promise would stay in memory forever. */
const never = () => new Promise<never>(() => undefined);

/** Returns a user who chooses, enters the PIN and confirms at once. Presence prompts stay pending: the touch happens at the key. */
export function autoApproveUser({ pin, authenticatorKind, onInform }: AutoApproveOptions = {}): UserInteraction {
  const pins = Array.isArray(pin) ? [...pin] : undefined;
  const nextPin = (hadProblem: boolean): string | undefined => {
    if (pins) return pins.shift();
    return hadProblem || Array.isArray(pin) ? undefined : pin;
  };
  return {
    chooseAuthenticator: async (choices) =>
      (choices.find(({ kind }) => kind === authenticatorKind) ?? choices[0])?.id ?? cancelled,
    connectKey: never,
    providePin: async ({ problem }) => nextPin(problem !== undefined) ?? cancelled,
    awaitPresence: never,
    review: async () => 'ok',
    chooseAccount: async ([first]) => first?.credentialId ?? cancelled,
    // A list that is offered again after a failed sign-in stays open, since the next attempt would fail, too.
    chooseAutofillAccount: async ({ accounts: [first], problem }) => (first && !problem ? first.credentialId : never()),
    consentToConditionalCreate: async () => 'ok',
    inform: (reason) => onInform?.(reason),
  };
}
