/** Temporary Access Pass: an administrator issues it, and the user enters it instead of a password and a second factor. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Policy } from '../config.ts';
import type { ScryptParameters } from '../crypto.ts';
import type { EventLog } from '../events.ts';
import { type Refused, refuse } from '../refusals.ts';
import type { MfaProof, Store, TemporaryAccessPass, User } from '../store/store.ts';
import { hashSecret, verifySecret } from './secret-hash.ts';

/** What the administrator chooses; absent members come from the policy. */
export interface TapRequest {
  lifetimeMinutes?: number | undefined;
  oneTime?: boolean | undefined;
  /** Characters, 8 to 48. */
  length?: number | undefined;
}

export interface TapIssue {
  user: User;
  request: TapRequest;
  /** Sign-in name of the administrator. */
  issuedBy: string;
  policy: Policy;
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
  clock: Clock;
  random: Random;
  events: EventLog;
  passwordCost: ScryptParameters;
}

/** Whether a pass can still be used at `now`. A one-time pass is used up after its first use. */
export function passState(
  { expiresAt, oneTime, usedAt }: Pick<TemporaryAccessPass, 'expiresAt' | 'oneTime' | 'usedAt'>,
  now: number,
): 'active' | 'used' | 'expired' {
  if (oneTime && usedAt !== undefined) return 'used';
  return now >= expiresAt ? 'expired' : 'active';
}

/** Without characters that look alike. Eight of these characters have 47 bits of entropy. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789+#*';

/** What attempts to enter the user's pass are counted for. */
export const tapSubject = ({ id }: Pick<User, 'id'>): string => `tap:${id}`;

/** Issues a pass. A user has one pass at a time: an earlier one becomes invalid. */
export async function issueTap(
  { user, request, issuedBy, policy }: TapIssue,
  { store, clock, random, events, passwordCost }: TapContext,
): Promise<IssuedTap | Refused> {
  const { tap } = policy;
  const { lifetimeMinutes = tap.defaultLifetimeMinutes, length = tap.length } = request;
  const refused = checkTapRequest(user, lifetimeMinutes, length, policy);
  if (refused) {
    await events.emit('tap.refused', user.name, { reason: refused.reason, by: issuedBy });
    return refused;
  }
  const now = clock.now();
  const code = generateCode(random, length);
  const oneTime = tap.oneTime || request.oneTime === true;
  const expiresAt = now + lifetimeMinutes * 60_000;
  const codeHash = await hashSecret(code, random, passwordCost);
  await store.transaction(async () => {
    const replaced = await store.passes.put({ userId: user.id, codeHash, issuedAt: now, expiresAt, oneTime, issuedBy });
    await store.attempts.clear(tapSubject(user));
    if (replaced) await events.emit('tap.replaced', user.name, { by: issuedBy });
    await events.emit('tap.issued', user.name, { by: issuedBy, lifetimeMinutes, oneTime });
  });
  return { accepted: true, code, expiresAt, oneTime };
}

function checkTapRequest(user: User, lifetime: number, length: number, { tap }: Policy): Refused | undefined {
  if (user.guest) return refuse('tap-guest');
  if (!Number.isInteger(lifetime) || lifetime < tap.minLifetimeMinutes || lifetime > tap.maxLifetimeMinutes)
    return refuse(
      'tap-lifetime',
      `Expected ${tap.minLifetimeMinutes} to ${tap.maxLifetimeMinutes} minutes, got ${lifetime}`,
    );
  if (!Number.isInteger(length) || length < 8 || length > 48)
    return refuse('tap-length', `Expected 8 to 48 characters, got ${length}`);
  return undefined;
}

/** Returns `length` random characters. Bytes that would make some characters more likely than others are skipped. */
function generateCode(random: Random, length: number): string {
  const firstBiasedByte = 256 - (256 % alphabet.length);
  let code = '';
  while (code.length < length)
    for (const byte of random.bytes(length))
      if (byte < firstBiasedByte && code.length < length) code += alphabet[byte % alphabet.length];
  return code;
}

export interface AcceptedTap {
  accepted: true;
  proof: MfaProof;
  /** When the pass expires (ms since the epoch); the session must end then at the latest. */
  expiresAt: number;
}

export interface TapAttempt {
  /** The pass of the user, if there is one. */
  pass: TemporaryAccessPass | undefined;
  /** What the user entered. */
  code: string;
  now: number;
  /** Hash to verify if there is no pass. */
  decoyHash(): Promise<string>;
}

/** Verifies `code` against the user's pass. */
export async function verifyTapCode({
  pass,
  code,
  now,
  decoyHash,
}: TapAttempt): Promise<{ accepted: true; pass: TemporaryAccessPass } | Refused> {
  const correct = await verifySecret(code.trim(), pass?.codeHash ?? (await decoyHash()));
  if (!pass || !correct) return refuse('tap-invalid');
  return now < pass.expiresAt ? { accepted: true, pass } : refuse('tap-expired');
}

/** Records the use of a pass whose code was verified. */
export async function usePass(
  pass: TemporaryAccessPass,
  { tap }: Policy,
  now: number,
  store: Store,
): Promise<AcceptedTap | Refused> {
  if (!(await store.passes.use(pass, now))) return refuse('tap-used');
  const registrationWindow = pass.oneTime ? { registerUntil: now + tap.registerWithinMs } : {};
  return { accepted: true, proof: { method: 'tap', at: now, ...registrationWindow }, expiresAt: pass.expiresAt };
}
