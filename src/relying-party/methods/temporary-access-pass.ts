/** Temporary Access Pass: an administrator issues it, its user shows it instead of a password and a second factor. */
import type { Random } from '#base/random.ts';
import type { Policy } from '../config.ts';
import type { ScryptParameters } from '../crypto.ts';
import type { EventLog } from '../events.ts';
import { type Refused, refuse } from '../refusals.ts';
import type { MfaProof, Store, TemporaryAccessPass, User } from '../store/store.ts';
import { hashSecret, verifySecret } from './secret-hash.ts';

export interface TapRequest {
  lifetimeMinutes?: number | undefined;
  oneTime?: boolean | undefined;
  /** Characters, 8 to 48. */
  length?: number | undefined;
}

export interface IssuedTap {
  accepted: true;
  /** Shown once; the store has only its hash. */
  code: string;
  expiresAt: number;
  oneTime: boolean;
}

export interface TapContext {
  store: Store;
  random: Random;
  events: EventLog;
  passwordCost: ScryptParameters;
}

/** Without characters that look alike; long enough that 8 of them are 45 bits. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789+#*';

/** Issues `user`'s one pass; a former one is void from now on. */
export async function issueTap(
  user: User,
  request: TapRequest,
  issuedBy: string,
  policy: Policy,
  now: number,
  { store, random, events, passwordCost }: TapContext,
): Promise<IssuedTap | Refused> {
  const { tap } = policy;
  const { lifetimeMinutes = tap.defaultLifetimeMinutes, length = tap.length } = request;
  const refused = refusesRequest(user, lifetimeMinutes, length, policy);
  if (refused) {
    await events.emit('tap.refused', user.name, { reason: refused.reason, by: issuedBy });
    return refused;
  }
  const code = newCode(random, length);
  const oneTime = tap.oneTime || request.oneTime === true;
  const expiresAt = now + lifetimeMinutes * 60_000;
  const codeHash = await hashSecret(code, random, passwordCost);
  const replaced = await store.passes.put({ userId: user.id, codeHash, issuedAt: now, expiresAt, oneTime, issuedBy });
  await store.attempts.clear(`tap:${user.id}`);
  if (replaced) await events.emit('tap.replaced', user.name, { by: issuedBy });
  await events.emit('tap.issued', user.name, { by: issuedBy, lifetimeMinutes, oneTime });
  return { accepted: true, code, expiresAt, oneTime };
}

function refusesRequest(user: User, lifetime: number, length: number, { tap }: Policy): Refused | undefined {
  if (user.guest) return refuse('tap-guest');
  if (!Number.isInteger(lifetime) || lifetime < tap.minLifetimeMinutes || lifetime > tap.maxLifetimeMinutes)
    return refuse(
      'tap-lifetime',
      `${lifetime} minutes, the policy allows ${tap.minLifetimeMinutes} to ${tap.maxLifetimeMinutes}`,
    );
  if (!Number.isInteger(length) || length < 8 || length > 48) return refuse('tap-length', `${length} characters`);
  return undefined;
}

function newCode(random: Random, length: number): string {
  let code = '';
  while (code.length < length)
    for (const byte of random.bytes(length)) {
      const fair = byte < 256 - (256 % alphabet.length);
      if (fair && code.length < length) code += alphabet[byte % alphabet.length];
    }
  return code;
}

export interface AcceptedTap {
  accepted: true;
  proof: MfaProof;
  expiresAt: number;
}

/** Checks `code` against the user's pass and uses it. The proof ends with the pass: the session must not outlive `expiresAt`. */
export async function useTap(
  pass: TemporaryAccessPass | undefined,
  code: string,
  policy: Policy,
  now: number,
  store: Store,
): Promise<AcceptedTap | Refused> {
  if (!pass || !(await verifySecret(code.trim(), pass.codeHash))) return refuse('tap-invalid');
  if (now >= pass.expiresAt) return refuse('tap-expired');
  if (!(await store.passes.use(pass, now))) return refuse('tap-used');
  const window = pass.oneTime ? { registerUntil: now + policy.tap.registerWithinMs } : {};
  return { accepted: true, proof: { method: 'tap', at: now, ...window }, expiresAt: pass.expiresAt };
}
