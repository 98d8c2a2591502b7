/**
 * The relying party's side of passkey registration, without HTTP: options, verification, policy, naming.
 * A credential is stored only when its user names it; until then it is pending, and an orphan once that can no longer happen.
 */
import { toBase64url } from '#protocol/bytes.ts';
import type { Timeline } from '#result/timeline.ts';
import { redeemChallenge } from './challenges.ts';
import type { MfaMethod } from './config.ts';
import type { PartyContext } from './context.ts';
import { type CreationOptions, newCreationOptions } from './creation-options.ts';
import type { Caller } from './methods/sessions.ts';
import { createPasskeySignIn, type PasskeySignIn } from './passkey-sign-in.ts';
import { mfaChoices, refusesCredential, refusesMfa, refusesUser } from './policy.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Passkey, PendingPasskey } from './store/store.ts';
import { type RegistrationExpectations, verifyRegistration } from './verification/verify-registration.ts';

export interface RelyingParty extends PasskeySignIn {
  /** May this person add a passkey at all (S2)? */
  refusesUser(caller: Caller): Promise<Refused | undefined>;
  /** Is his MFA there and fresh (S4)? */
  refusesMfa(caller: Caller): Promise<Refused | undefined>;
  /** The ways in which he can do MFA now. */
  mfaChoices(caller: Caller): Promise<MfaMethod[]>;
  /** Options for `create()` (S5), with a challenge of this session. */
  creationOptions(caller: Caller, timeline?: Timeline): Promise<{ accepted: true; options: CreationOptions } | Refused>;
  /** Verifies what `create()` gave (RegistrationResponseJSON); an accepted credential waits for its name. */
  register(
    caller: Caller,
    response: unknown,
    timeline?: Timeline,
  ): Promise<{ accepted: true; pending: PendingPasskey } | Refused>;
  /** The credential of this session that waits for a name. */
  pending(caller: Caller, id: string): Promise<PendingPasskey | undefined>;
  /** Stores the passkey (S8). */
  name(
    caller: Caller,
    pendingId: string,
    name: string,
    timeline?: Timeline,
  ): Promise<{ accepted: true; passkey: Passkey } | Refused>;
  /** The user gave up naming: the credential on the authenticator is an orphan now. */
  abandon(caller: Caller, pendingId: string): Promise<void>;
  /** Turns everything that waited too long into orphans. */
  sweep(): Promise<void>;
  passkeys(caller: Caller): Promise<Passkey[]>;
  rename(caller: Caller, id: string, name: string): Promise<{ accepted: true } | Refused>;
  delete(caller: Caller, id: string): Promise<{ accepted: true } | Refused>;
}

const maxNameLength = 64;

/** `timeline` is the default one of every measured call. */
export function createRelyingParty(context: PartyContext, defaultTimeline?: Timeline): RelyingParty {
  const { store, clock, random, events } = context;

  async function sweep(): Promise<void> {
    await logAbandoned(await store.pending.abandon({ expiredBy: clock.now() }));
    await store.challenges.deleteExpired(clock.now());
  }

  async function logAbandoned(orphans: PendingPasskey[]): Promise<void> {
    for (const { userId, credential } of orphans)
      await events.emit('passkey.abandoned', (await store.users.byId(userId))?.name, {
        credentialId: credential.credentialId,
        aaguid: credential.aaguid,
      });
  }

  const party: RelyingParty = {
    ...createPasskeySignIn(context),

    async refusesUser({ user }) {
      return refusesUser(await context.policy(), user, (await store.passkeys.byUser(user.id)).length);
    },

    async mfaChoices({ user }) {
      return mfaChoices(await context.policy(), user, await store.passes.byUser(user.id));
    },

    async refusesMfa(caller) {
      return refusesMfa(await context.policy(), caller.session.mfa, await party.mfaChoices(caller), clock.now());
    },

    creationOptions: (caller, timeline = defaultTimeline) =>
      measured(timeline, 'rp-options', async () => {
        const refused = (await party.refusesUser(caller)) ?? (await party.refusesMfa(caller));
        if (refused) return logged(caller, refused);
        await sweep();
        const options = await newCreationOptions(context, caller);
        await events.emit('registration.options', caller.user.name, { attestation: String(options.attestation) });
        return { accepted: true, options };
      }),

    async register(caller, response, timeline = defaultTimeline) {
      const policy = await context.policy();
      const refused = (await party.refusesUser(caller)) ?? (await party.refusesMfa(caller));
      if (refused) return logged(caller, refused);
      const expectations: RegistrationExpectations = {
        redeemChallenge: (challenge) => redeemChallenge(context, 'create', caller.session.id, challenge),
        origin: context.origin(),
        rpId: context.rpId,
        userVerification: policy.userVerification,
        attestation: policy.attestation,
        trustAnchors: context.trustAnchors,
        now: clock.now(),
      };
      const verified = await measured(timeline, 'rp-verify', () => verifyRegistration(response, expectations));
      if (!verified.accepted) return logged(caller, verified);
      const { credential } = verified;
      const forbidden = refusesCredential(policy, credential);
      if (forbidden) return logged(caller, forbidden, { aaguid: credential.aaguid, fmt: credential.attestation.fmt });
      const verifiedAt = clock.now();
      const pending: PendingPasskey = {
        id: toBase64url(random.bytes(16)),
        userId: caller.user.id,
        sessionId: caller.session.id,
        verifiedAt,
        expiresAt: verifiedAt + policy.pendingLifetimeMs,
        state: 'waiting',
        credential,
      };
      // Whoever starts over has given up what still waited.
      await logAbandoned(await store.pending.abandon({ userId: caller.user.id }));
      const stored = await measured(timeline, 'rp-store', () => store.pending.insert(pending)); // step 26
      if (!stored) return logged(caller, refuse('already-registered'));
      await events.emit('passkey.pending', caller.user.name, {
        aaguid: credential.aaguid,
        fmt: credential.attestation.fmt,
        chain: credential.attestation.chain,
        uv: credential.userVerified,
      });
      return { accepted: true, pending };
    },

    async pending({ user, session }, id) {
      const pending = await store.pending.byId(id);
      const mine = pending?.userId === user.id && pending.sessionId === session.id;
      return mine && pending.state === 'waiting' && pending.expiresAt > clock.now() ? pending : undefined;
    },

    async name(caller, pendingId, text, timeline = defaultTimeline) {
      const name = cleanName(text);
      if (name === undefined) return logged(caller, refuse('name-invalid'));
      await sweep();
      const waiting = await party.pending(caller, pendingId);
      const passkey =
        waiting && (await measured(timeline, 'rp-store', () => store.passkeys.promote(pendingId, name, clock.now()))); // steps 27, 29
      if (!passkey) return logged(caller, refuse('pending-gone'));
      await events.emit('passkey.registered', caller.user.name, {
        name,
        aaguid: passkey.aaguid,
        fmt: passkey.attestation.fmt,
        chain: passkey.attestation.chain,
        kind: passkey.kind,
      });
      return { accepted: true, passkey };
    },

    async abandon(caller, pendingId) {
      if (await party.pending(caller, pendingId)) await logAbandoned(await store.pending.abandon({ id: pendingId }));
    },

    sweep,
    passkeys: ({ user }) => store.passkeys.byUser(user.id),

    async rename(caller, id, text) {
      const passkey = await store.passkeys.byId(id);
      if (passkey?.userId !== caller.user.id) return refuse('not-found');
      const name = cleanName(text);
      if (name === undefined) return refuse('name-invalid');
      await store.passkeys.rename(id, name);
      await events.emit('passkey.renamed', caller.user.name, { from: passkey.name, to: name });
      return { accepted: true };
    },

    async delete(caller, id) {
      const passkey = await store.passkeys.byId(id);
      if (passkey?.userId !== caller.user.id) return refuse('not-found');
      await store.passkeys.delete(id);
      await events.emit('passkey.deleted', caller.user.name, { name: passkey.name, aaguid: passkey.aaguid });
      return { accepted: true };
    },
  };

  async function logged(caller: Caller, refused: Refused, facts: Record<string, string> = {}): Promise<Refused> {
    await events.emit('registration.refused', caller.user.name, {
      reason: refused.reason,
      detail: refused.detail,
      ...facts,
    });
    return refused;
  }

  return party;
}

const measured = <T>(
  timeline: Timeline | undefined,
  phase: 'rp-options' | 'rp-verify' | 'rp-store',
  work: () => Promise<T>,
): Promise<T> => (timeline ? timeline.measure(phase, work) : work());

/** 1 to 64 characters without control characters, trimmed; undefined otherwise. */
function cleanName(text: string): string | undefined {
  const name = text.normalize('NFC').trim();
  const length = [...name].length;
  return length >= 1 && length <= maxNameLength && !/\p{C}/u.test(name) ? name : undefined;
}
