/** A user who answers every question at once: for tests, benchmarks and whoever has nothing to decide. */
import { type AuthenticatorChoice, cancelled, type EndReason, type UserInteraction } from './user-interaction.ts';

export interface AutoApproveOptions {
  /** Typed at every PIN prompt; a list is typed one at each. When nothing is left, or a single PIN was wrong, the user cancels. */
  pin?: string | string[];
  /** The place preferred among the choices; otherwise the first. */
  place?: AuthenticatorChoice['kind'];
  onInform?: (reason: EndReason) => void;
}

/** A fresh promise at each call: waiting on one shared by all would keep every waiter alive. */
const never = () => new Promise<never>(() => undefined);

export function autoApproveUser({ pin, place, onInform }: AutoApproveOptions = {}): UserInteraction {
  const pins = Array.isArray(pin) ? [...pin] : undefined;
  return {
    chooseAuthenticator: async (choices) => (choices.find(({ kind }) => kind === place) ?? choices[0])?.id ?? cancelled,
    connectKey: never,
    providePin: async ({ problem }) =>
      (pins ? pins.shift() : problem ? undefined : (pin as string | undefined)) ?? cancelled,
    awaitPresence: never,
    review: async () => 'ok',
    chooseAccount: async ([first]) => first?.credentialId ?? cancelled,
    inform: (reason) => onInform?.(reason),
  };
}
