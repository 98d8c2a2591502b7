/**
 * The steps that makeCredential and getAssertion share in CTAP 2.1 sections 6.1.2 and 6.2.2: pinUvAuthParam, options, user
 * verification and user presence.
 */
import { CtapError } from '#protocol/errors.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { UserEvidence } from '../user-evidence.ts';
import { awaitGesture } from '../user-presence.ts';
import { type BuiltInUvFailure, performBuiltInUv, uvRetriesLeft } from './built-in-verification.ts';
import { hasBuiltInUv, hasClientPin, isProtected } from './protection.ts';

/** The members of a request that concern user verification. */
export interface VerificationParameters {
  pinUvAuthParam?: Uint8Array | undefined;
  pinUvAuthProtocol?: number | undefined;
  options?: Record<string, boolean> | undefined;
}

/**
 * Step 1: with an empty pinUvAuthParam the platform requests only a touch, so that the user can select one of several authenticators.
 * On an authenticator without PIN and token, step 2 handles the parameter.
 * @throws {CtapError} always, if the parameter is present and empty.
 */
export async function answerZeroLengthPinUvAuthParam(
  { pinUvAuthParam }: VerificationParameters,
  session: Session,
  env: AuthenticatorEnv,
) {
  const { clientPin, pinUvAuthToken } = env.persona.options;
  if (pinUvAuthParam?.length !== 0 || (clientPin === undefined && !pinUvAuthToken)) return;
  await requireConsent(undefined, session, env);
  throw new CtapError(hasClientPin(env) ? 'CTAP2_ERR_PIN_INVALID' : 'CTAP2_ERR_PIN_NOT_SET');
}

/** Step 2: returns the protocol of the pinUvAuthParam; undefined without pinUvAuthParam. */
export const chooseProtocol = (
  { pinUvAuthParam, pinUvAuthProtocol }: VerificationParameters,
  { pinUvAuth }: AuthenticatorEnv,
): PinUvAuthProtocol | undefined => (pinUvAuthParam ? pinUvAuth.protocol(pinUvAuthProtocol) : undefined);

/** 6.1.2 step 5 and 6.2.2 step 4: returns the effective `uv` option; a pinUvAuthParam takes precedence over it. */
export function resolveUvOption({ options, pinUvAuthParam }: VerificationParameters, env: AuthenticatorEnv): boolean {
  const uv = !pinUvAuthParam && options?.uv === true;
  if (uv && !hasBuiltInUv(env)) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'uv');
  return uv;
}

/**
 * 6.1.2 step 6 and 6.2.2 step 5: with alwaysUv every request needs user verification: built-in verification if possible,
 * otherwise a pinUvAuthParam. An authenticator that can verify neither refuses also a request with a pinUvAuthParam.
 */
export function applyAlwaysUv(uv: boolean, { pinUvAuthParam }: VerificationParameters, env: AuthenticatorEnv): boolean {
  if (!env.state.persistent.alwaysUv) return uv;
  if (!isProtected(env)) throw alwaysUvError(env);
  if (pinUvAuthParam) return uv;
  if (uv || hasBuiltInUv(env)) return true;
  throw alwaysUvError(env);
}

/** CTAP2_ERR_PUAT_REQUIRED if the authenticator supports a PIN ("the clientPin option ID is present"), set or not. */
const alwaysUvError = ({ persona }: AuthenticatorEnv): CtapError =>
  new CtapError(
    persona.options.clientPin !== undefined && !persona.options.noMcGaPermissionsWithClientPin
      ? 'CTAP2_ERR_PUAT_REQUIRED'
      : 'CTAP2_ERR_OPERATION_DENIED',
    'alwaysUv requires user verification',
  );

/** Whether a platform can get a token for this request with the PIN: "the clientPin option ID is true", unlike in `alwaysUvError`. */
const pinGrantsToken = (env: AuthenticatorEnv): boolean =>
  hasClientPin(env) && !env.persona.options.noMcGaPermissionsWithClientPin;

/** 6.1.2 steps 7 and 8: the error of a request that lacks user verification. */
export const unverifiedError = (env: AuthenticatorEnv): CtapError =>
  new CtapError(
    pinGrantsToken(env) ? 'CTAP2_ERR_PUAT_REQUIRED' : 'CTAP2_ERR_OPERATION_DENIED',
    'user verification is required',
  );

interface UserVerification {
  uv: boolean;
  protocol: PinUvAuthProtocol | undefined;
  pinUvAuthParam: Uint8Array | undefined;
  clientDataHash: Uint8Array;
  rpId: string;
  /** The permission that the token needs. */
  permission: number;
}

/** 6.1.2 step 11 and 6.2.2 step 6: verifies the user with a token, with built-in verification, or not at all. */
export async function verifyUser(
  { uv, protocol, pinUvAuthParam, clientDataHash, rpId, permission }: UserVerification,
  session: Session,
  env: AuthenticatorEnv,
): Promise<UserEvidence> {
  if (protocol && pinUvAuthParam && isProtected(env)) {
    const token = env.pinUvAuth.verifyToken(protocol, clientDataHash, pinUvAuthParam, { permission, rpId });
    return { verified: true, present: false, token };
  }
  if (!uv) return { verified: false, present: false };
  const result = await performBuiltInUv({ rpId, internalRetry: true }, session, env);
  if (result !== 'verified') throw new CtapError(builtInUvStatus(result, env), `built-in user verification: ${result}`);
  return { verified: true, present: true };
}

/** 6.1.2 step 11.2.3 and 6.2.2 step 6.2.3. With a PIN, the status makes the platform use it. */
function builtInUvStatus(failure: BuiltInUvFailure, env: AuthenticatorEnv): CtapStatusName {
  if (failure === 'timeout') return 'CTAP2_ERR_USER_ACTION_TIMEOUT';
  if (pinGrantsToken(env)) return 'CTAP2_ERR_PUAT_REQUIRED';
  return uvRetriesLeft(env) === 0 ? 'CTAP2_ERR_PIN_BLOCKED' : 'CTAP2_ERR_OPERATION_DENIED';
}

/** Whether a gesture of this request proves that the user is present, so that no touch is needed. */
export const isPresenceProven = ({ present, token }: UserEvidence): boolean => present || token?.userPresent === true;

/**
 * User presence (6.1.2 steps 13 and 14, 6.2.2 steps 8 and 9): waits for a touch unless the token or built-in user verification
 * proves presence. A touch, and presence proven by a token, end what every token allows, also when the request has none
 * (steps 14.4 and 9.4).
 */
export async function ensurePresence(user: UserEvidence, rpId: string, session: Session, env: AuthenticatorEnv) {
  if (user.present) return;
  if (!isPresenceProven(user) && env.faultHooks.rules.enforceUserPresence) await requireConsent(rpId, session, env);
  user.present = true;
  env.pinUvAuth.consumeTokens();
}

/**
 * Waits for the touch of makeCredential and getAssertion: 6.1.2 steps 1.2, 14.1.2 and 14.2.1, 6.2.2 steps 1.2 and 9.
 * @throws {CtapError} CTAP2_ERR_OPERATION_DENIED also for a timeout, unless the persona has another status;
 * CTAP2_ERR_KEEPALIVE_CANCEL.
 */
async function requireConsent(rpId: string | undefined, session: Session, env: AuthenticatorEnv): Promise<void> {
  const outcome = await awaitGesture({ kind: 'presence', rpId }, session, env);
  if (outcome === 'granted') return;
  const status = outcome === 'timeout' ? env.persona.touchTimeoutStatus : undefined;
  throw new CtapError(status ?? 'CTAP2_ERR_OPERATION_DENIED', `the touch ended with: ${outcome}`);
}
