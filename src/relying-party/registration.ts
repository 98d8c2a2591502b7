/**
 * Registration up to the verified credential: checks who may register and how recently they did MFA, creates the options,
 * verifies the response and applies the policy. Naming the credential is `passkey-naming.ts`.
 */
import { toBase64url } from '#base/bytes.ts';
import type { Timeline } from '#result/timeline.ts';
import { redeemChallenge } from './challenges.ts';
import type { MfaMethod, Policy } from './config.ts';
import type { RelyingPartyContext } from './context.ts';
import { type CreationOptions, challengePurpose, createCreationOptions } from './creation-options.ts';
import type { Caller } from './methods/sessions.ts';
import { availableMfaMethods, checkCredential, checkMethodChange, checkMfa, checkUser } from './policy.ts';
import { type Refused, refuse } from './refusals.ts';
import { logAbandoned, logCreationOptions, logRefusedRegistration, measurePhase } from './registration-log.ts';
import type { PendingPasskey, VerifiedCredential } from './store/store.ts';
import { verifyRegistration } from './verification/verify-registration.ts';

export type OptionsGiven = { accepted: true; options: CreationOptions };
type CredentialPending = { accepted: true; pending: PendingPasskey };

/** The `check...` methods return why something is refused, or undefined when it is allowed. */
export interface Registration {
  /** Checks whether the user may add a passkey at all (step S2). */
  checkUser(caller: Caller): Promise<Refused | undefined>;
  /** Checks that the session did MFA recently enough (step S4). */
  checkMfa(caller: Caller): Promise<Refused | undefined>;
  /** Checks whether the user may change other sign-in methods. Only adding the very first method needs no MFA. */
  checkMethodChange(caller: Caller): Promise<Refused | undefined>;
  /** Returns the MFA methods that the user can use now. */
  availableMfaMethods(caller: Caller): Promise<MfaMethod[]>;
  /** Returns options for `create()` (step S5), with a challenge bound to this session. */
  creationOptions(caller: Caller, timeline?: Timeline): Promise<OptionsGiven | Refused>;
  /** Verifies what `create()` returned (RegistrationResponseJSON); an accepted credential is pending until it is named. */
  register(caller: Caller, response: unknown, timeline?: Timeline): Promise<CredentialPending | Refused>;
}

/** `defaultTimeline` measures calls that pass no timeline; `cleanUpExpired` is that of `PasskeyNaming`. */
export function createRegistration(
  context: RelyingPartyContext,
  cleanUpExpired: () => Promise<void>,
  defaultTimeline?: Timeline,
): Registration {
  const checks = createChecks(context);
  const checkCaller = async (caller: Caller) => (await checks.checkUser(caller)) ?? (await checks.checkMfa(caller));
  return {
    ...checks,

    creationOptions: (caller, timeline = defaultTimeline) =>
      measurePhase(timeline, 'rp-options', async () => {
        const refused = await checkCaller(caller);
        if (refused) return logRefusedRegistration(context, caller, refused);
        await cleanUpExpired();
        const options = await createCreationOptions(context, caller);
        await logCreationOptions(context, caller, options);
        return { accepted: true, options };
      }),

    async register(caller, response, timeline = defaultTimeline) {
      const refused = await checkCaller(caller);
      if (refused) return logRefusedRegistration(context, caller, refused);
      return verifyAndStore(context, caller, response, { timeline });
    },
  };
}

/** Verifies a response and applies the policy. Returns the credential, which is pending. */
export async function verifyAndStore(
  context: RelyingPartyContext,
  caller: Caller,
  response: unknown,
  options: { mediation?: 'conditional'; timeline?: Timeline | undefined },
): Promise<CredentialPending | Refused> {
  const { mediation, timeline } = options;
  const policy = await context.policy();
  const verified = await measurePhase(timeline, 'rp-verify', () => verify(context, caller, response, mediation));
  if (!verified.accepted) return logRefusedRegistration(context, caller, verified);
  const { credential } = verified;
  const facts = { aaguid: credential.aaguid, fmt: credential.attestation.fmt };
  const forbidden = checkCredential(policy, credential);
  if (forbidden) return logRefusedRegistration(context, caller, forbidden, facts);
  const pending = createPending(context, caller, policy, credential);
  const stored = await measurePhase(timeline, 'rp-store', () => storePending(context, caller, pending)); // step 26
  if (!stored) return logRefusedRegistration(context, caller, refuse('already-registered'), facts);
  return { accepted: true, pending };
}

/**
 * Stores a verified credential. Starting over abandons what an earlier registration of this user left unnamed.
 * @returns false if the credential id is registered or pending.
 */
const storePending = ({ store, events }: RelyingPartyContext, { user }: Caller, pending: PendingPasskey) =>
  store.transaction(async () => {
    await logAbandoned({ store, events }, await store.pending.abandon({ userId: user.id }));
    if (!(await store.pending.insert(pending))) return false;
    const { aaguid, attestation, userVerified } = pending.credential;
    const { fmt, chain } = attestation;
    await events.emit('passkey.pending', user.name, { aaguid, fmt, chain, uv: userVerified });
    return true;
  });

type Checks = Pick<Registration, 'checkUser' | 'checkMfa' | 'checkMethodChange' | 'availableMfaMethods'>;

/** The policy's decisions about the user, with the facts read from the store. */
function createChecks({ store, clock, policy }: RelyingPartyContext): Checks {
  const countPasskeys = async ({ user }: Caller) => (await store.passkeys.byUser(user.id)).length;
  const checks: Checks = {
    checkUser: async (caller) => checkUser(await policy(), caller.user, await countPasskeys(caller)),
    availableMfaMethods: async ({ user }) =>
      availableMfaMethods(await policy(), user, await store.passes.byUser(user.id), clock.now()),
    checkMfa: async (caller) =>
      checkMfa(await policy(), caller.session.mfa, await checks.availableMfaMethods(caller), clock.now()),
    checkMethodChange: async (caller) =>
      checkMethodChange(await checks.checkMfa(caller), {
        available: await checks.availableMfaMethods(caller),
        passkeys: await countPasskeys(caller),
        hasApp: caller.user.totpSecret !== undefined,
      }),
  };
  return checks;
}

async function verify(
  context: RelyingPartyContext,
  { session }: Caller,
  response: unknown,
  mediation: 'conditional' | undefined,
) {
  const { userVerification, attestation } = await context.policy();
  return verifyRegistration(response, {
    redeemChallenge: (challenge) => redeemChallenge(context, challengePurpose(mediation), session.id, challenge),
    origin: context.origin(),
    rpId: context.rpId,
    userVerification: mediation ? 'preferred' : userVerification,
    attestation,
    mediation,
    trustAnchors: context.trustAnchors,
    metadata: context.metadata,
    now: context.clock.now(),
  });
}

function createPending(
  { clock, random }: RelyingPartyContext,
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
