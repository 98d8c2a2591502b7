/** Sign-in with a password, or with what counts as both factors: a Temporary Access Pass or a passkey. */
import type { RelyingPartyContext } from './context.ts';
import { hashSecret, verifySecret } from './methods/secret-hash.ts';
import type { Caller, OpenedSession, Sessions } from './methods/sessions.ts';
import {
  type AuthenticatorApp,
  createAuthenticatorApp,
  createMfaVerification,
  type MfaVerification,
  verifyAndUseTap,
} from './mfa-verification.ts';
import { type Reason, type Refused, refuse } from './refusals.ts';
import type { User } from './store/store.ts';
import { runThrottled } from './throttle.ts';

type SignedIn = { accepted: true } & OpenedSession;

export interface SignIn extends MfaVerification, AuthenticatorApp {
  withPassword(name: string, password: string): Promise<SignedIn | Refused>;
  withTap(name: string, code: string): Promise<SignedIn | Refused>;
  /** Opens a session for a user that `RelyingParty.authenticate` returned. */
  withPasskey(user: User): Promise<OpenedSession>;
  signOut(caller: Caller): Promise<void>;
}

export function createSignIn(context: RelyingPartyContext, sessions: Sessions): SignIn {
  const { store, clock, random, events } = context;
  /** Verified in place of the hash of an unknown user, so that the response time does not reveal which names exist. */
  let decoyHash: Promise<string> | undefined;
  const getDecoyHash = () => {
    decoyHash ??= hashSecret('decoy', random, context.passwordCost);
    return decoyHash;
  };
  const logFailure = (method: 'password' | 'tap', { reason }: Refused, user?: User) =>
    events.emit(failureCode(reason), user?.name, { with: method, reason });

  return {
    ...createMfaVerification(context, sessions),
    ...createAuthenticatorApp(context, sessions),

    async withPassword(name, password) {
      const user = await store.users.byName(name.trim());
      const outcome = await runThrottled<SignedIn>(context, `password:${name.trim().toLowerCase()}`, async () => {
        const correct = await verifySecret(password, user?.passwordHash ?? (await getDecoyHash()));
        return user && correct ? { accepted: true, ...(await sessions.open(user)) } : refuse('sign-in-failed');
      });
      if (outcome.accepted) await events.emit('signin.ok', outcome.user.name, { with: 'password' });
      else await logFailure('password', outcome, user);
      return outcome;
    },

    async withTap(name, code) {
      const user = await store.users.byName(name.trim());
      if (!user) {
        await verifySecret(code, await getDecoyHash());
        const refused = refuse('tap-invalid');
        await logFailure('tap', refused);
        return refused;
      }
      const outcome = await verifyAndUseTap(context, user, code);
      if (!outcome.accepted) {
        await logFailure('tap', outcome, user);
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
  };
}

const failureCode = (reason: Reason) => (reason === 'throttled' ? 'signin.throttled' : 'signin.failed');
