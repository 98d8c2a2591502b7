/** Registration up to the verified credential: who may, how well he proved it, the options, the verification, the policy. */
import { toBase64url } from '#base/bytes.ts';
import type { Timeline } from '#result/timeline.ts';
import { redeemChallenge } from './challenges.ts';
import type { MfaMethod, Policy } from './config.ts';
import type { PartyContext } from './context.ts';
import { type CreationOptions, newCreationOptions } from './creation-options.ts';
import type { Caller } from './methods/sessions.ts';
import { abandoned, measured, refusedRegistration } from './registration-log.ts';
import { mfaChoices, refusesCredential, refusesMethodChange, refusesMfa, refusesUser } from './policy.ts';
import { type Refused, refuse } from './refusals.ts';
import type { PendingPasskey, VerifiedCredential } from './store/store.ts';
import { verifyRegistration } from './verification/verify-registration.ts';

export interface Registration {
  /** May this person add a passkey at all (S2)? */
  refusesUser(caller: Caller): Promise<Refused | undefined>;
  /** Is his MFA there and fresh (S4)? */
  refusesMfa(caller: Caller): Promise<Refused | undefined>;
  /** May he change his other sign-in methods? Only the very first one needs no MFA. */
  refusesMethodChange(caller: Caller): Promise<Refused | undefined>;
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
}

/** `timeline` is the default one of every measured call; `sweep` turns what waited too long into orphans. */
export function createRegistration(
  context: PartyContext,
  sweep: () => Promise<void>,
  ownTimeline?: Timeline,
): Registration {
  const { store, clock, events } = context;
  const registration: Registration = {
    async refusesUser({ user }) {
      return refusesUser(await context.policy(), user, (await store.passkeys.byUser(user.id)).length);
    },

    async mfaChoices({ user }) {
      return mfaChoices(await context.policy(), user, await store.passes.byUser(user.id));
    },

    async refusesMfa(caller) {
      return refusesMfa(await context.policy(), caller.session.mfa, await registration.mfaChoices(caller), clock.now());
    },

    async refusesMethodChange(caller) {
      const passkeys = await store.passkeys.byUser(caller.user.id);
      return refusesMethodChange(await registration.refusesMfa(caller), passkeys.length);
    },

    creationOptions: (caller, timeline = ownTimeline) =>
      measured(timeline, 'rp-options', async () => {
        const refused = await refusesCaller(registration, caller);
        if (refused) return refusedRegistration(context, caller, refused);
        await sweep();
        const options = await newCreationOptions(context, caller);
        await events.emit('registration.options', caller.user.name, { attestation: String(options.attestation) });
        return { accepted: true, options };
      }),

    async register(caller, response, timeline = ownTimeline) {
      const policy = await context.policy();
      const refused = await refusesCaller(registration, caller);
      if (refused) return refusedRegistration(context, caller, refused);
      const verified = await measured(timeline, 'rp-verify', () => verify(context, caller, policy, response));
      if (!verified.accepted) return refusedRegistration(context, caller, verified);
      const { credential } = verified;
      const forbidden = refusesCredential(policy, credential);
      const facts = { aaguid: credential.aaguid, fmt: credential.attestation.fmt };
      if (forbidden) return refusedRegistration(context, caller, forbidden, facts);
      // Whoever starts over has given up what still waited.
      await abandoned(context, await store.pending.abandon({ userId: caller.user.id }));
      const pending = newPending(context, caller, policy, credential);
      const stored = await measured(timeline, 'rp-store', () => store.pending.insert(pending)); // step 26
      if (!stored) return refusedRegistration(context, caller, refuse('already-registered'), facts);
      const { attestation, userVerified } = credential;
      await events.emit('passkey.pending', caller.user.name, { ...facts, chain: attestation.chain, uv: userVerified });
      return { accepted: true, pending };
    },
  };
  return registration;
}

const refusesCaller = async (registration: Registration, caller: Caller): Promise<Refused | undefined> =>
  (await registration.refusesUser(caller)) ?? (await registration.refusesMfa(caller));

const verify = (context: PartyContext, { session }: Caller, policy: Policy, response: unknown) =>
  verifyRegistration(response, {
    redeemChallenge: (challenge) => redeemChallenge(context, 'create', session.id, challenge),
    origin: context.origin(),
    rpId: context.rpId,
    userVerification: policy.userVerification,
    attestation: policy.attestation,
    trustAnchors: context.trustAnchors,
    now: context.clock.now(),
  });

function newPending(
  { clock, random }: PartyContext,
  { user, session }: Caller,
  policy: Policy,
  credential: VerifiedCredential,
): PendingPasskey {
  const verifiedAt = clock.now();
  return {
    id: toBase64url(random.bytes(16)),
    userId: user.id,
    sessionId: session.id,
    verifiedAt,
    expiresAt: verifiedAt + policy.pendingLifetimeMs,
    state: 'waiting',
    credential,
  };
}
