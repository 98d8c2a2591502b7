/**
 * MFA verification of a session that was opened with a password: a code from the authenticator app, or a Temporary Access Pass.
 * Also sets up and removes the authenticator app.
 */
import type { RelyingPartyContext } from './context.ts';
import type { Caller, Sessions } from './methods/sessions.ts';
import { type AcceptedTap, useTap } from './methods/temporary-access-pass.ts';
import { findTotpStep, generateTotpSecret } from './methods/totp.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Session, User } from './store/store.ts';
import { runThrottled } from './throttle.ts';

type Verified = { accepted: true; session: Session };

export interface MfaVerification {
  verifyTotp(caller: Caller, code: string): Promise<Verified | Refused>;
  verifyTap(caller: Caller, code: string): Promise<Verified | Refused>;
}

export interface AuthenticatorApp {
  /** Returns the secret (base32) of the app that is being set up; it stays the same until it is confirmed. */
  startTotpSetUp(caller: Caller): Promise<string>;
  /** Adds the app if `code` is correct, which also counts as MFA. */
  confirmTotp(caller: Caller, code: string): Promise<Verified | Refused>;
  removeTotp(caller: Caller): Promise<void>;
}

export function createMfaVerification(context: RelyingPartyContext, sessions: Sessions): MfaVerification {
  const { clock, events } = context;
  return {
    async verifyTotp({ user, session }, code) {
      const { accept } = (await context.policy()).mfa;
      if (!accept.includes('totp') || user.totpSecret === undefined)
        return logRefusedTotp(context, user, refuse('mfa-method-not-accepted'));
      const outcome = await useTotpCode(context, user, user.totpSecret, code);
      if (!outcome.accepted) return logRefusedTotp(context, user, outcome);
      await events.emit('mfa.totp.ok', user.name);
      return { accepted: true, session: await sessions.recordMfa(session, { method: 'totp', at: clock.now() }) };
    },

    async verifyTap({ user, session }, code) {
      const outcome = await verifyAndUseTap(context, user, code);
      if (!outcome.accepted) return outcome;
      return { accepted: true, session: await sessions.recordMfa(session, outcome.proof, outcome.expiresAt) };
    },
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

    async confirmTotp({ user, session: { totpDraft, ...session } }, code) {
      if (totpDraft === undefined) return refuse('totp-invalid', 'No authenticator app is being set up');
      const outcome = await useTotpCode(context, user, totpDraft, code);
      if (!outcome.accepted) return logRefusedTotp(context, user, outcome);
      await store.users.setTotpSecret(user.id, totpDraft);
      await events.emit('totp.enrolled', user.name);
      return { accepted: true, session: await sessions.recordMfa(session, { method: 'totp', at: clock.now() }) };
    },

    async removeTotp({ user }) {
      await store.users.setTotpSecret(user.id, undefined);
      await events.emit('totp.removed', user.name);
    },
  };
}

/** Verifies and uses the user's Temporary Access Pass, which may be the second factor or both factors. */
export async function verifyAndUseTap(
  context: RelyingPartyContext,
  user: User,
  code: string,
): Promise<AcceptedTap | Refused> {
  const { store, clock, events } = context;
  const policy = await context.policy();
  if (!policy.mfa.accept.includes('tap')) return refuse('mfa-method-not-accepted');
  const outcome = await runThrottled(context, `tap:${user.id}`, async () =>
    useTap({ pass: await store.passes.byUser(user.id), code, policy, now: clock.now() }, store),
  );
  if (outcome.accepted)
    await events.emit('mfa.tap.ok', user.name, { oneTime: outcome.proof.registerUntil !== undefined });
  else await events.emit('mfa.tap.failed', user.name, { reason: outcome.reason });
  return outcome;
}

/** Verifies a code from the authenticator app; each code is accepted once. Spaces in the code are ignored. */
const useTotpCode = (context: RelyingPartyContext, user: User, secret: string, code: string) =>
  runThrottled(context, `totp:${user.id}`, async (): Promise<{ accepted: true } | Refused> => {
    const step = findTotpStep(secret, code.replaceAll(/\s/g, ''), context.clock.now());
    if (step === undefined) return refuse('totp-invalid');
    return (await context.store.users.useTotpStep(user.id, step))
      ? { accepted: true }
      : refuse('totp-invalid', 'The code was used before');
  });

async function logRefusedTotp({ events }: RelyingPartyContext, user: User, refused: Refused): Promise<Refused> {
  await events.emit('mfa.totp.failed', user.name, { reason: refused.reason });
  return refused;
}
