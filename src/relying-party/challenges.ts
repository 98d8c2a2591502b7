/** Challenges, WebAuthn L3 section 13.4.3: random, bound to one session, valid once and for a limited time. */
import { toBase64url } from '#base/bytes.ts';
import type { RelyingPartyContext } from './context.ts';
import { RefusalError } from './refusals.ts';
import type { Challenge } from './store/store.ts';

const challengeBytes = 32;

/** Stores and returns a new challenge (base64url) for `owner`, the id of a session or the CSRF token of a visitor. */
export async function issueChallenge(
  { store, clock, random, policy }: RelyingPartyContext,
  purpose: Challenge['purpose'],
  owner: string,
): Promise<string> {
  const { algorithms, challengeLifetimeMs } = await policy();
  const value = toBase64url(random.bytes(challengeBytes));
  const issuedAt = clock.now();
  await store.challenges.insert({
    value,
    purpose,
    owner,
    issuedAt,
    expiresAt: issuedAt + challengeLifetimeMs,
    algorithms,
  });
  return value;
}

/**
 * Removes the challenge that came back and returns it if it was issued for this purpose and owner and has not expired.
 * The challenge is used up in every case, also when it is refused.
 * @throws {RefusalError} `challenge-mismatch` or `challenge-expired`.
 */
export async function redeemChallenge(
  { store, clock }: RelyingPartyContext,
  purpose: Challenge['purpose'],
  owner: string,
  value: string,
): Promise<Challenge> {
  const challenge = await store.challenges.take(value);
  if (challenge?.purpose !== purpose)
    throw new RefusalError('challenge-mismatch', 'The challenge was not issued, or it was used before');
  if (challenge.owner !== owner)
    throw new RefusalError('challenge-mismatch', 'The challenge was issued to another session');
  if (challenge.expiresAt <= clock.now()) throw new RefusalError('challenge-expired');
  return challenge;
}
