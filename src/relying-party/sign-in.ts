/** Sign-in with a password, or with what counts as both factors: a Temporary Access Pass or a passkey. */
import type { RelyingPartyContext } from './context.ts';
import { createDecoyHash, verifySecret } from './methods/secret-hash.ts';
import type { Caller, OpenedSession, Sessions, SignedIn } from './methods/sessions.ts';
import { verifyTapCode } from './methods/temporary-access-pass.ts';
import {
  type AuthenticatorApp,
  createAuthenticatorApp,
  createMfaVerification,
  type MfaVerification,
  redeemTap,
} from './mfa-verification.ts';
import { type Reason, type Refused, refuse } from './refusals.ts';
import type { User } from './store/store.ts';
import { runThrottled } from './throttle.ts';

export interface SignIn extends MfaVerification, AuthenticatorApp {
  withPassword(name: string, password: string): Promise<SignedIn | Refused>;
  withTap(name: string, code: string): Promise<SignedIn | Refused>;
  /** Opens a session for a user that `RelyingParty.authenticate` returned. */
  withPasskey(user: User): Promise<OpenedSession>;
  signOut(caller: Caller): Promise<void>;
}

export function createSignIn(context: RelyingPartyContext, sessions: Sessions): SignIn {
  const { store, clock, random, events } = context;
  const decoyHash = createDecoyHash(random, context.passwordCost);
  const logFailure = (method: 'password' | 'tap', { reason }: Refused, user?: User) =>
    events.emit(failureCode(reason), user?.name, { with: method, reason });

  /** Takes as long as for a user who exists, and counts attempts alike. */
  const refuseTapOfUnknownUser = async (name: string, code: string): Promise<Refused> => {
    if (!(await context.policy()).mfa.accept.includes('tap')) return refuse('mfa-method-not-accepted');
    const outcome = await runThrottled(context, `tap-name:${name.toLowerCase()}`, {
      verify: () => verifyTapCode({ pass: undefined, code, now: clock.now(), decoyHash }),
      accept: async () => refuse('tap-invalid'),
    });
    return outcome as Refused;
  };

  return {
    ...createMfaVerification(context, sessions, decoyHash),
    ...createAuthenticatorApp(context, sessions),

    async withPassword(name, password) {
      const user = await store.users.byName(name.trim());
      const outcome = await runThrottled(context, `password:${name.trim().toLowerCase()}`, {
        async verify() {
          const correct = await verifySecret(password, user?.passwordHash ?? (await decoyHash()));
          return user && correct ? { accepted: true, user } : refuse('sign-in-failed');
        },
        async accept({ user: found }): Promise<SignedIn> {
          await events.emit('signin.ok', found.name, { with: 'password' });
          return { accepted: true, ...(await sessions.open(found)) };
        },
      });
      if (!outcome.accepted) await logFailure('password', outcome, user);
      return outcome;
    },

    async withTap(name, code) {
      const user = await store.users.byName(name.trim());
      const outcome = user
        ? await redeemTap(context, { user, code, decoyHash }, async ({ proof, expiresAt }) => {
            await events.emit('signin.ok', user.name, { with: 'tap' });
            return { accepted: true, ...(await sessions.open(user, proof, expiresAt)) };
          })
        : await refuseTapOfUnknownUser(name.trim(), code);
      if (!outcome.accepted) await logFailure('tap', outcome, user);
      return outcome;
    },

    withPasskey: (user) => sessions.open(user, { method: 'passkey', at: clock.now() }),

    signOut: ({ user, session }) =>
      store.transaction(async () => {
        await sessions.close(session);
        await events.emit('signout', user.name);
      }),
  };
}

const failureCode = (reason: Reason) => (reason === 'throttled' ? 'signin.throttled' : 'signin.failed');
