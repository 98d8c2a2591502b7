/** Slows down guessing: after ten failures in a row, a subject has to wait a minute before each further attempt. */
import type { RelyingPartyContext } from './context.ts';
import { type Refused, refuse } from './refusals.ts';

const failuresAllowed = 10;
const waitMs = 60_000;

/** Runs one attempt of `subject` and counts it when it fails. Returns `throttled` without running it if the subject has to wait. */
export async function runThrottled<T extends { accepted: true }>(
  { store, clock }: RelyingPartyContext,
  subject: string,
  attempt: () => Promise<T | Refused>,
): Promise<T | Refused> {
  const { count, lastAt } = await store.attempts.failures(subject);
  if (count >= failuresAllowed && clock.now() - lastAt < waitMs) return refuse('throttled');
  const outcome = await attempt();
  if (!outcome.accepted) await store.attempts.recordFailure(subject, clock.now());
  else if (count > 0) await store.attempts.clear(subject);
  return outcome;
}
