/** Guessing made slow: after ten failures in a row a subject waits a minute before each further try. */
import type { PartyContext } from './context.ts';
import { type Refused, refuse } from './refusals.ts';

const failuresAllowed = 10;
const waitMs = 60_000;

/** Runs one try of `subject`, unless it has to wait. */
export async function throttled<T extends { accepted: true }>(
  { store, clock }: PartyContext,
  subject: string,
  work: () => Promise<T | Refused>,
): Promise<T | Refused> {
  const { count, lastAt } = await store.attempts.failures(subject);
  if (count >= failuresAllowed && clock.now() - lastAt < waitMs) return refuse('throttled');
  const outcome = await work();
  if (!outcome.accepted) await store.attempts.fail(subject, clock.now());
  else if (count > 0) await store.attempts.clear(subject);
  return outcome;
}
