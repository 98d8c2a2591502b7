/**
 * MFA verification of a session that was opened with a password: a code from the authenticator app, or a Temporary Access Pass.
 * Also sets up and removes the authenticator app.
 */
import type { RelyingPartyContext } from './context.ts';
import type { Caller, Sessions, SignedIn } from './methods/sessions.ts';
import { type AcceptedTap, tapSubject, usePass, verifyTapCode } from './methods/temporary-access-pass.ts';
import { findTotpStep, generateTotpSecret } from './methods/totp.ts';
import { type Refused, refuse } from './refusals.ts';
import type { User } from './store/store.ts';
import { runThrottled } from './throttle.ts';

/** Success replaces the session: the caller of these methods must set the new cookie. */
export interface MfaVerification {
  verifyTotp(caller: Caller, code: string): Promise<SignedIn | Refused>;
  verifyTap(caller: Caller, code: string): Promise<SignedIn | Refused>;
}

export interface AuthenticatorApp {
  /** Returns the secret (base32) of the app that is being set up; it stays the same until it is confirmed. */
  startTotpSetUp(caller: Caller): Promise<string>;
  /** Adds the app if `code` is correct, which also counts as MFA and replaces the session. */
  confirmTotp(caller: Caller, code: string): Promise<SignedIn | Refused>;
  removeTotp(caller: Caller): Promise<void>;
}

export function createMfaVerification(
  context: RelyingPartyContext,
  sessions: Sessions,
  decoyHash: () => Promise<string>,
): MfaVerification {
  const { store, clock, events } = context;
  return {
    async verifyTotp(caller, code) {
      const { user } = caller;
      const { totpSecret: secret } = user;
      const { accept } = (await context.policy()).mfa;
      if (!accept.includes('totp') || secret === undefined)
        return logRefusedTotp(context, user, refuse('mfa-method-not-accepted'));
      const outcome = await runThrottled(context, `totp:${user.id}`, {
        verify: async () => verifyTotpCode(secret, code, clock.now()),
        async accept({ step }) {
          if (!(await store.users.useTotpStep(user.id, step))) return refuseUsedCode();
          await events.emit('mfa.totp.ok', user.name);
          return sessions.recordMfa(caller, { method: 'totp', at: clock.now() });
        },
      });
      return outcome.accepted ? outcome : logRefusedTotp(context, user, outcome);
    },

    verifyTap: (caller, code) =>
      redeemTap(context, { user: caller.user, code, decoyHash }, ({ proof, expiresAt }) =>
        sessions.recordMfa(caller, proof, expiresAt),
      ),
  };
}

export function createAuthenticatorApp(context: RelyingPartyContext, sessions: Sessions): AuthenticatorApp {
  const { store, clock, random, events } = context;
  return {
    async startTotpSetUp({ session }) {
      const totpDraft = session.totpDraft ?? generateTotpSecret(random);
      if (session.totpDraft === undefined) await store.sessions.update({ ...session, totpDraft });
      return totpDraft;
    },

    async confirmTotp({ user, session: { totpDraft: secret, ...session } }, code) {
      if (secret === undefined) return refuse('totp-invalid', 'No authenticator app is being set up');
      const outcome = await runThrottled(context, `totp-set-up:${user.id}`, {
        verify: async () => verifyTotpCode(secret, code, clock.now()),
        async accept({ step }) {
          if (!(await store.users.enrollTotp(user.id, secret, step))) return refuseUsedCode();
          await events.emit('totp.enrolled', user.name);
          const caller = { user: { ...user, totpSecret: secret }, session };
          return sessions.recordMfa(caller, { method: 'totp', at: clock.now() });
        },
      });
      return outcome.accepted ? outcome : logRefusedTotp(context, user, outcome);
    },

    removeTotp: ({ user }) =>
      store.transaction(async () => {
        await store.users.removeTotp(user.id);
        await events.emit('totp.removed', user.name);
      }),
  };
}

export interface TapRedemption {
  user: User;
  /** What the user entered. */
  code: string;
  /** Hash to verify if the user has no pass. */
  decoyHash(): Promise<string>;
}

/**
 * Verifies the user's Temporary Access Pass, which may be the second factor or both factors. If it is correct, records its use and opens
 * or replaces the session with `openSession`, as one transaction.
 */
export async function redeemTap(
  context: RelyingPartyContext,
  { user, code, decoyHash }: TapRedemption,
  openSession: (tap: AcceptedTap) => Promise<SignedIn | Refused>,
): Promise<SignedIn | Refused> {
  const { store, clock, events } = context;
  const policy = await context.policy();
  if (!policy.mfa.accept.includes('tap')) return refuse('mfa-method-not-accepted');
  const outcome = await runThrottled(context, tapSubject(user), {
    verify: async () => verifyTapCode({ pass: await store.passes.byUser(user.id), code, now: clock.now(), decoyHash }),
    async accept({ pass }) {
      const used = await usePass(pass, policy, clock.now(), store);
      if (!used.accepted) return used;
      await events.emit('mfa.tap.ok', user.name, { oneTime: pass.oneTime });
      return openSession(used);
    },
  });
  if (!outcome.accepted) await events.emit('mfa.tap.failed', user.name, { reason: outcome.reason });
  return outcome;
}

/** Verifies a code from the authenticator app. Spaces in the code are ignored. */
function verifyTotpCode(secret: string, code: string, now: number): { accepted: true; step: number } | Refused {
  const step = findTotpStep(secret, code.replaceAll(/\s/g, ''), now);
  return step === undefined ? refuse('totp-invalid') : { accepted: true, step };
}

/** Each code is accepted once, RFC 6238 section 5.2. */
const refuseUsedCode = () => refuse('totp-invalid', 'The code was used before');

async function logRefusedTotp({ events }: RelyingPartyContext, user: User, refused: Refused): Promise<Refused> {
  await events.emit('mfa.totp.failed', user.name, { reason: refused.reason });
  return refused;
}
