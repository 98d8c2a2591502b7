/**
 * The steps of makeCredential and getAssertion up to the user's consent in CTAP 2.0, sections 5.1 and 5.2, in their order. They
 * differ from those of CTAP 2.1: excluded credentials are reported before the PIN is required, a missing credential only after
 * the touch, and a pinAuth is verified also while no PIN is set.
 */
import { permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { UserEvidence } from '../user-evidence.ts';
import { type AuthorizedAssertion, findCredentials, type GetAssertionRequest, selectApplicable } from './assertion.ts';
import { performBuiltInUv } from './built-in-verification.ts';
import { hasBuiltInUv, hasClientPin } from './protection.ts';
import {
  type AuthorizedRegistration,
  chooseAlgorithm,
  findExcluded,
  type MakeCredentialRequest,
  refuseExcluded,
} from './registration.ts';
import { ensurePresence } from './user-verification.ts';

const unverified: UserEvidence = { verified: false, present: false };

/** Section 5.1. Extensions (step 4) are processed with those of CTAP 2.1; enterprise attestation does not exist. */
export async function authorizeRegistrationCtap20(
  request: MakeCredentialRequest,
  rpIdHash: Uint8Array,
  session: Session,
  env: AuthenticatorEnv,
): Promise<AuthorizedRegistration> {
  const rpId = request.rp.id;
  const excluded = findExcluded(request, rpIdHash, env);
  await refuseExcluded(excluded, { user: unverified, rpId }, session, env); // step 1
  const algorithm = chooseAlgorithm(request, env); // step 2
  const { rk = false, uv = false } = resolveOptions(request, ['up'], env); // step 3
  const user = verifyPinAuth({ ...request, rpId, permission: permissions.mc }, env); // steps 5 and 7
  if (uv && !user.verified) await verifyBuiltIn(user, { rpId, failure: pinRequiredOrDenied(env) }, session, env);
  refuseWithoutPinAuth(user, env); // step 6
  await refuseExcluded(excluded, { user, rpId }, session, env); // step 1 for credProtect 3, which needs a verified user
  await ensurePresence(user, rpId, session, env); // step 8
  return { algorithm, discoverable: rk, isEnterprise: false, user };
}

/** Section 5.2. */
export async function authorizeAssertionCtap20(
  request: GetAssertionRequest,
  rpIdHash: Uint8Array,
  session: Session,
  env: AuthenticatorEnv,
): Promise<AuthorizedAssertion> {
  const { rpId } = request;
  const found = findCredentials(request, rpIdHash, env); // step 1
  const user = verifyPinAuth({ ...request, permission: permissions.ga }, env); // steps 2 to 4
  const { uv = false, up = true } = resolveOptions(request, ['rk'], env); // step 5
  const failure = 'CTAP2_ERR_OPERATION_DENIED';
  if (uv && !user.verified) await verifyBuiltIn(user, { rpId, failure }, session, env); // step 7
  if (up) await ensurePresence(user, rpId, session, env); // step 7
  return { credentials: selectApplicable(found, request, user, env), user }; // steps 8 and 9
}

/**
 * 5.1 step 3 and 5.2 step 5. Unlike CTAP 2.1, a pinAuth does not take precedence over `uv`. `invalid`: known options that are
 * not valid for the command.
 */
function resolveOptions(
  { options = {} }: Pick<MakeCredentialRequest, 'options'>,
  invalid: readonly string[],
  env: AuthenticatorEnv,
): Record<string, boolean> {
  for (const id of invalid)
    if (options[id] !== undefined) throw new CtapError('CTAP2_ERR_INVALID_OPTION', `${id} is not valid here`);
  if (options.uv && !hasBuiltInUv(env)) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'uv');
  if (options.rk && !env.persona.options.rk) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'rk');
  return options;
}

interface PinAuth extends Pick<MakeCredentialRequest, 'clientDataHash' | 'pinUvAuthParam' | 'pinUvAuthProtocol'> {
  rpId: string;
  permission: number;
}

/**
 * 5.1 steps 5 and 7, 5.2 steps 2 and 3: the pinToken exists since power-up, so a pinAuth of a platform that has not got it is
 * wrong also while no PIN is set.
 */
function verifyPinAuth(
  { clientDataHash, pinUvAuthParam, pinUvAuthProtocol, rpId, permission }: PinAuth,
  { persona, pinUvAuth }: AuthenticatorEnv,
): UserEvidence {
  if (!pinUvAuthParam) return { ...unverified };
  if (!persona.pinUvAuthProtocols.some((version) => version === pinUvAuthProtocol))
    throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', `pinProtocol ${pinUvAuthProtocol}`);
  const protocol = pinUvAuth.protocol(pinUvAuthProtocol);
  const token = pinUvAuth.verifyToken(protocol, clientDataHash, pinUvAuthParam, { permission, rpId });
  return { verified: true, present: false, token };
}

/** 5.2 step 7: collects a gesture that identifies the user. It also proves presence. */
async function verifyBuiltIn(
  user: UserEvidence,
  { rpId, failure }: { rpId: string; failure: CtapStatusName },
  session: Session,
  env: AuthenticatorEnv,
): Promise<void> {
  const result = await performBuiltInUv({ rpId, internalRetry: true }, session, env);
  if (result !== 'verified') throw new CtapError(failure, `built-in user verification: ${result}`);
  user.verified = true;
  user.present = true;
}

/** 5.1 step 6; CTAP2_ERR_PUAT_REQUIRED is named CTAP2_ERR_PIN_REQUIRED in CTAP 2.0. */
function refuseWithoutPinAuth(user: UserEvidence, env: AuthenticatorEnv): void {
  if (user.verified || !hasClientPin(env) || !env.faultHooks.rules.enforceUserVerification) return;
  throw new CtapError('CTAP2_ERR_PUAT_REQUIRED', 'the PIN is required');
}

/** The status of a failed gesture of a registration: with a PIN, step 6 applies. */
const pinRequiredOrDenied = (env: AuthenticatorEnv): CtapStatusName =>
  hasClientPin(env) ? 'CTAP2_ERR_PUAT_REQUIRED' : 'CTAP2_ERR_OPERATION_DENIED';
