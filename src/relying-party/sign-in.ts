/**
 * Signing in and the MFA gate: password or Temporary Access Pass first, then a code of the authenticator app or a pass.
 * After ten failures in a row a subject waits a minute before each further try.
 */
import type { PartyContext } from './context.ts';
import { hashSecret, verifySecret } from './methods/secret-hash.ts';
import type { Caller, OpenedSession, Sessions } from './methods/sessions.ts';
import { useTap } from './methods/temporary-access-pass.ts';
import { newTotpSecret, totpStep } from './methods/totp.ts';
import { type Reason, type Refused, refuse } from './refusals.ts';
import type { Session, User } from './store/store.ts';

export type SignedIn = { accepted: true } & OpenedSession;
export type Proven = { accepted: true; session: Session };

export interface SignIn {
  withPassword(name: string, password: string): Promise<SignedIn | Refused>;
  /** A Temporary Access Pass is both factors. */
  withTap(name: string, code: string): Promise<SignedIn | Refused>;
  /** After `RelyingParty.authenticate`: a passkey is both factors too. */
  withPasskey(user: User): Promise<OpenedSession>;
  signOut(caller: Caller): Promise<void>;
  /** The MFA gate of a session that has a first factor. */
  proveTotp(caller: Caller, code: string): Promise<Proven | Refused>;
  proveTap(caller: Caller, code: string): Promise<Proven | Refused>;
  /** The secret (base32) of the authenticator app being set up; the same until it is confirmed. */
  draftTotp(caller: Caller): Promise<string>;
  /** Adds the app once its first code is right; having it in hand counts as the second factor. */
  confirmTotp(caller: Caller, code: string): Promise<Proven | Refused>;
  removeTotp(caller: Caller): Promise<void>;
}

const failuresAllowed = 10;
const throttleMs = 60_000;

export function createSignIn(context: PartyContext, sessions: Sessions): SignIn {
  const { store, clock, random, events } = context;
  /** Verified for unknown names too, so that time does not tell which exist. */
  let nobody: Promise<string> | undefined;
  const hashOfNobody = () => {
    nobody ??= hashSecret('nobody', random, context.passwordCost);
    return nobody;
  };

  /** Runs one try of `subject` under the throttle. */
  async function attempt<T>(subject: string, work: () => Promise<T | Refused>): Promise<T | Refused> {
    const { count, lastAt } = await store.attempts.failures(subject);
    if (count >= failuresAllowed && clock.now() - lastAt < throttleMs) return refuse('throttled');
    const outcome = await work();
    if (isRefused(outcome)) await store.attempts.fail(subject, clock.now());
    else if (count > 0) await store.attempts.clear(subject);
    return outcome;
  }

  async function provePass(user: User, code: string) {
    const policy = await context.policy();
    if (!policy.mfa.accept.includes('tap')) return refuse('mfa-method-not-accepted');
    const outcome = await attempt(`tap:${user.id}`, async () =>
      useTap(await store.passes.byUser(user.id), code, policy, clock.now(), store),
    );
    if (outcome.accepted)
      await events.emit('mfa.tap.ok', user.name, { oneTime: outcome.proof.registerUntil !== undefined });
    else await events.emit('mfa.tap.failed', user.name, { reason: outcome.reason });
    return outcome;
  }

  async function checkTotp(user: User, secret: string, code: string): Promise<{ accepted: true } | Refused> {
    return attempt(`totp:${user.id}`, async () => {
      const step = totpStep(secret, code.replaceAll(/\s/g, ''), clock.now());
      const fresh = step !== undefined && (await store.users.useTotpStep(user.id, step));
      return fresh ? { accepted: true } : refuse('totp-invalid', step === undefined ? '' : 'used before');
    });
  }

  async function totpRefused(user: User, refused: Refused): Promise<Refused> {
    await events.emit('mfa.totp.failed', user.name, { reason: refused.reason });
    return refused;
  }

  return {
    async withPassword(name, password) {
      const user = await store.users.byName(name.trim());
      const outcome = await attempt<SignedIn>(`password:${name.trim().toLowerCase()}`, async () => {
        const right = await verifySecret(password, user?.passwordHash ?? (await hashOfNobody()));
        return user && right ? { accepted: true, ...(await sessions.open(user)) } : refuse('sign-in-failed');
      });
      if (outcome.accepted) await events.emit('signin.ok', outcome.user.name, { with: 'password' });
      else await events.emit(signInFailure(outcome.reason), user?.name, { with: 'password', reason: outcome.reason });
      return outcome;
    },

    async withTap(name, code) {
      const user = await store.users.byName(name.trim());
      if (!user) {
        await verifySecret(code, await hashOfNobody());
        await events.emit('signin.failed', undefined, { with: 'tap' });
        return refuse('tap-invalid');
      }
      const outcome = await provePass(user, code);
      if (!outcome.accepted) {
        await events.emit(signInFailure(outcome.reason), user.name, { with: 'tap', reason: outcome.reason });
        return outcome;
      }
      await events.emit('signin.ok', user.name, { with: 'tap' });
      return { accepted: true, ...(await sessions.open(user, outcome.proof, outcome.expiresAt)) };
    },

    withPasskey: (user) => sessions.open(user, { method: 'passkey', at: clock.now() }),

    async signOut({ user, session }) {
      await sessions.close(session);
      await events.emit('signout', user.name);
    },

    async proveTotp({ user, session }, code) {
      const policy = await context.policy();
      if (!policy.mfa.accept.includes('totp') || user.totpSecret === undefined)
        return totpRefused(user, refuse('mfa-method-not-accepted'));
      const outcome = await checkTotp(user, user.totpSecret, code);
      if (!outcome.accepted) return totpRefused(user, outcome);
      await events.emit('mfa.totp.ok', user.name);
      return { accepted: true, session: await sessions.prove(session, { method: 'totp', at: clock.now() }) };
    },

    async proveTap({ user, session }, code) {
      const outcome = await provePass(user, code);
      if (!outcome.accepted) return outcome;
      return { accepted: true, session: await sessions.prove(session, outcome.proof, outcome.expiresAt) };
    },

    async draftTotp({ session }) {
      const totpDraft = session.totpDraft ?? newTotpSecret(random);
      if (session.totpDraft === undefined) await store.sessions.update({ ...session, totpDraft });
      return totpDraft;
    },

    async confirmTotp({ user, session: { totpDraft, ...session } }, code) {
      if (totpDraft === undefined) return refuse('totp-invalid', 'no app is being set up');
      const outcome = await checkTotp(user, totpDraft, code);
      if (!outcome.accepted) return totpRefused(user, outcome);
      await store.users.setTotpSecret(user.id, totpDraft);
      await events.emit('totp.enrolled', user.name);
      return { accepted: true, session: await sessions.prove(session, { method: 'totp', at: clock.now() }) };
    },

    async removeTotp({ user }) {
      await store.users.setTotpSecret(user.id, undefined);
      await events.emit('totp.removed', user.name);
    },
  };
}

const signInFailure = (reason: Reason) => (reason === 'throttled' ? 'signin.throttled' : 'signin.failed');

const isRefused = (outcome: unknown): outcome is Refused =>
  typeof outcome === 'object' && outcome !== null && 'accepted' in outcome && outcome.accepted === false;
