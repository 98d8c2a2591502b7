/** Slows down guessing: after ten failures in a row, a subject has to wait a minute before each further attempt. */
import type { RelyingPartyContext } from './context.ts';
import { type Refused, refuse } from './refusals.ts';
import type { AttemptLimit } from './store/store.ts';

const limit: AttemptLimit = { failures: 10, waitMs: 60_000 };

export interface Attempt<Verified extends { accepted: true }, Outcome extends { accepted: true }> {
  /** Verifies the secret. */
  verify(): Promise<Verified | Refused>;
  /** Does what the correct secret allows, in one transaction: if it throws, a secret that can be used once is not used up. */
  accept(verified: Verified): Promise<Outcome | Refused>;
}

/**
 * Runs one attempt of `subject`. It counts as failed from its start until it succeeds, so that concurrent attempts cannot exceed the
 * limit. Returns `throttled` without running it if the subject has to wait.
 */
export async function runThrottled<Verified extends { accepted: true }, Outcome extends { accepted: true }>(
  { store, clock }: RelyingPartyContext,
  subject: string,
  { verify, accept }: Attempt<Verified, Outcome>,
): Promise<Outcome | Refused> {
  if (!(await store.attempts.begin(subject, limit, clock.now()))) return refuse('throttled');
  const verified = await verify();
  if (!verified.accepted) return verified as Refused;
  return store.transaction(async () => {
    const outcome = await accept(verified as Verified);
    if (outcome.accepted) await store.attempts.clear(subject);
    return outcome;
  });
}
