/** The MFA gate of a session that has a first factor: a code of the authenticator app, or a Temporary Access Pass. Also sets the app up. */
import type { PartyContext } from './context.ts';
import type { Caller, Sessions } from './methods/sessions.ts';
import { type AcceptedTap, useTap } from './methods/temporary-access-pass.ts';
import { newTotpSecret, totpStep } from './methods/totp.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Session, User } from './store/store.ts';
import { throttled } from './throttle.ts';

type Proven = { accepted: true; session: Session };

export interface MfaGate {
  proveTotp(caller: Caller, code: string): Promise<Proven | Refused>;
  proveTap(caller: Caller, code: string): Promise<Proven | Refused>;
}

export interface AuthenticatorApp {
  /** The secret (base32) of the app being set up; the same until it is confirmed. */
  draftTotp(caller: Caller): Promise<string>;
  /** Adds the app once its first code is right; having it in hand counts as the second factor. */
  confirmTotp(caller: Caller, code: string): Promise<Proven | Refused>;
  removeTotp(caller: Caller): Promise<void>;
}

export function createMfaGate(context: PartyContext, sessions: Sessions): MfaGate {
  const { clock, events } = context;
  return {
    async proveTotp({ user, session }, code) {
      const { accept } = (await context.policy()).mfa;
      if (!accept.includes('totp') || user.totpSecret === undefined)
        return totpRefused(context, user, refuse('mfa-method-not-accepted'));
      const outcome = await checkTotp(context, user, user.totpSecret, code);
      if (!outcome.accepted) return totpRefused(context, user, outcome);
      await events.emit('mfa.totp.ok', user.name);
      return { accepted: true, session: await sessions.prove(session, { method: 'totp', at: clock.now() }) };
    },

    async proveTap({ user, session }, code) {
      const outcome = await checkTap(context, user, code);
      if (!outcome.accepted) return outcome;
      return { accepted: true, session: await sessions.prove(session, outcome.proof, outcome.expiresAt) };
    },
  };
}

export function createAuthenticatorApp(context: PartyContext, sessions: Sessions): AuthenticatorApp {
  const { store, clock, random, events } = context;
  return {
    async draftTotp({ session }) {
      const totpDraft = session.totpDraft ?? newTotpSecret(random);
      if (session.totpDraft === undefined) await store.sessions.update({ ...session, totpDraft });
      return totpDraft;
    },

    async confirmTotp({ user, session: { totpDraft, ...session } }, code) {
      if (totpDraft === undefined) return refuse('totp-invalid', 'no app is being set up');
      const outcome = await checkTotp(context, user, totpDraft, code);
      if (!outcome.accepted) return totpRefused(context, user, outcome);
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

/** Checks and uses the user's pass, as second factor or as both. */
export async function checkTap(context: PartyContext, user: User, code: string): Promise<AcceptedTap | Refused> {
  const { store, clock, events } = context;
  const policy = await context.policy();
  if (!policy.mfa.accept.includes('tap')) return refuse('mfa-method-not-accepted');
  const outcome = await throttled(context, `tap:${user.id}`, async () =>
    useTap(await store.passes.byUser(user.id), code, policy, clock.now(), store),
  );
  if (outcome.accepted)
    await events.emit('mfa.tap.ok', user.name, { oneTime: outcome.proof.registerUntil !== undefined });
  else await events.emit('mfa.tap.failed', user.name, { reason: outcome.reason });
  return outcome;
}

const checkTotp = (context: PartyContext, user: User, secret: string, code: string) =>
  throttled(context, `totp:${user.id}`, async (): Promise<{ accepted: true } | Refused> => {
    const step = totpStep(secret, code.replaceAll(/\s/g, ''), context.clock.now());
    if (step === undefined) return refuse('totp-invalid');
    return (await context.store.users.useTotpStep(user.id, step))
      ? { accepted: true }
      : refuse('totp-invalid', 'used before');
  });

async function totpRefused({ events }: PartyContext, user: User, refused: Refused): Promise<Refused> {
  await events.emit('mfa.totp.failed', user.name, { reason: refused.reason });
  return refused;
}
