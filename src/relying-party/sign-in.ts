/** Signing in: a password, or what is both factors at once (a Temporary Access Pass, a passkey). The MFA gate comes later. */
import type { PartyContext } from './context.ts';
import { hashSecret, verifySecret } from './methods/secret-hash.ts';
import type { Caller, OpenedSession, Sessions } from './methods/sessions.ts';
import { type AuthenticatorApp, checkTap, createAuthenticatorApp, createMfaGate, type MfaGate } from './mfa-verification.ts';
import { type Reason, type Refused, refuse } from './refusals.ts';
import type { User } from './store/store.ts';
import { throttled } from './throttle.ts';

type SignedIn = { accepted: true } & OpenedSession;

export interface SignIn extends MfaGate, AuthenticatorApp {
  withPassword(name: string, password: string): Promise<SignedIn | Refused>;
  withTap(name: string, code: string): Promise<SignedIn | Refused>;
  /** After `RelyingParty.authenticate`. */
  withPasskey(user: User): Promise<OpenedSession>;
  signOut(caller: Caller): Promise<void>;
}

export function createSignIn(context: PartyContext, sessions: Sessions): SignIn {
  const { store, clock, random, events } = context;
  /** Verified for unknown names too, so that time does not tell which exist. */
  let nobody: Promise<string> | undefined;
  const hashOfNobody = () => {
    nobody ??= hashSecret('nobody', random, context.passwordCost);
    return nobody;
  };
  const failed = (by: 'password' | 'tap', { reason }: Refused, user?: User) =>
    events.emit(failureCode(reason), user?.name, { with: by, reason });

  return {
    ...createMfaGate(context, sessions),
    ...createAuthenticatorApp(context, sessions),

    async withPassword(name, password) {
      const user = await store.users.byName(name.trim());
      const outcome = await throttled<SignedIn>(context, `password:${name.trim().toLowerCase()}`, async () => {
        const right = await verifySecret(password, user?.passwordHash ?? (await hashOfNobody()));
        return user && right ? { accepted: true, ...(await sessions.open(user)) } : refuse('sign-in-failed');
      });
      if (outcome.accepted) await events.emit('signin.ok', outcome.user.name, { with: 'password' });
      else await failed('password', outcome, user);
      return outcome;
    },

    async withTap(name, code) {
      const user = await store.users.byName(name.trim());
      if (!user) await verifySecret(code, await hashOfNobody());
      const outcome = user ? await checkTap(context, user, code) : refuse('tap-invalid');
      if (!user || !outcome.accepted) {
        const refused = outcome.accepted ? refuse('tap-invalid') : outcome;
        await failed('tap', refused, user);
        return refused;
      }
      await events.emit('signin.ok', user.name, { with: 'tap' });
      return { accepted: true, ...(await sessions.open(user, outcome.proof, outcome.expiresAt)) };
    },

    withPasskey: (user) => sessions.open(user, { method: 'passkey', at: clock.now() }),

    async signOut({ user, session }) {
      await sessions.close(session);
      await events.emit('signout', user.name);
    },
  };
}

const failureCode = (reason: Reason) => (reason === 'throttled' ? 'signin.throttled' : 'signin.failed');
