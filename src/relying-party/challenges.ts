/** Challenges: random, bound to whom they were given, answered once, and not for long (WebAuthn L3 section 13.4.3). */
import { toBase64url } from '#base/bytes.ts';
import type { PartyContext } from './context.ts';
import { Refusal } from './refusals.ts';
import type { Challenge } from './store/store.ts';

const challengeBytes = 32;

/** A new challenge (base64url) for `owner`. */
export async function giveChallenge(
  { store, clock, random, policy }: PartyContext,
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
 * The challenge that came back is one of ours, for this purpose and owner, unused and not too old. Whatever comes of it, it is used up.
 * @throws {Refusal} `challenge-mismatch` or `challenge-expired`.
 */
export async function redeemChallenge(
  { store, clock }: PartyContext,
  purpose: Challenge['purpose'],
  owner: string,
  value: string,
): Promise<Challenge> {
  const challenge = await store.challenges.take(value);
  if (challenge?.purpose !== purpose) throw new Refusal('challenge-mismatch', 'not given out, or used before');
  if (challenge.owner !== owner) throw new Refusal('challenge-mismatch', 'given to another session');
  if (challenge.expiresAt <= clock.now()) throw new Refusal('challenge-expired');
  return challenge;
}
