/** The checks that makeCredential and getAssertion share: pinUvAuthParam, options, and verification by the authenticator itself. */

import { CtapError } from '#protocol/errors.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { TokenUse } from '../state.ts';
import { awaitGesture, requirePresence } from '../user-presence.ts';
import { rulesOf } from '../versions.ts';

/** What is known of the user so far; `token` when a pinUvAuthParam proved it. */
export interface UserEvidence {
  verified: boolean;
  present: boolean;
  token?: TokenUse | undefined;
}

export interface AuthParameters {
  pinUvAuthParam?: Uint8Array | undefined;
  pinUvAuthProtocol?: number | undefined;
  options?: Record<string, boolean> | undefined;
}

export const hasClientPin = ({ persona, state }: AuthenticatorEnv): boolean =>
  persona.options.clientPin !== undefined && state.persistent.pin !== undefined;

export const hasBuiltInUv = ({ persona, state }: AuthenticatorEnv): boolean =>
  persona.builtInUv !== undefined && state.persistent.uvEnrolled;

/** "Protected by some form of user verification", CTAP 2.1 section 6.1.2. */
export const isProtected = (env: AuthenticatorEnv): boolean => hasClientPin(env) || hasBuiltInUv(env);

/**
 * Step 1: a platform asks for a touch with an empty pinUvAuthParam, to let the user choose among several authenticators.
 * @throws {CtapError} always, once the parameter is there and empty.
 */
export async function answerZeroLengthPinUvAuthParam(request: AuthParameters, session: Session, env: AuthenticatorEnv) {
  if (request.pinUvAuthParam?.length !== 0) return;
  await requirePresence(undefined, session, env);
  throw new CtapError(isProtected(env) ? 'CTAP2_ERR_PIN_INVALID' : 'CTAP2_ERR_PIN_NOT_SET');
}

/** Step 2: a pinUvAuthParam needs a protocol that this authenticator has. */
export function chooseProtocol(request: AuthParameters, env: AuthenticatorEnv): PinUvAuthProtocol | undefined {
  const { pinUvAuthParam, pinUvAuthProtocol: version } = request;
  if (!pinUvAuthParam) return undefined;
  const { protocolMissing, protocolUnsupported } = rulesOf(env.persona);
  if (version === undefined) throw new CtapError(protocolMissing, 'pinUvAuthProtocol');
  if (!env.persona.pinUvAuthProtocols.some((known) => known === version))
    throw new CtapError(protocolUnsupported, `pinUvAuthProtocol ${version}`);
  return env.pinUvAuth.protocol(version);
}

/** The `uv` option: a pinUvAuthParam takes precedence over it. */
export function resolveUvOption({ options, pinUvAuthParam }: AuthParameters, env: AuthenticatorEnv): boolean {
  const uv = !pinUvAuthParam && options?.uv === true;
  if (uv && !hasBuiltInUv(env)) throw new CtapError(rulesOf(env.persona).uvNotConfigured, 'uv');
  return uv;
}

/** With alwaysUv the user is verified whether asked or not: built in where possible, else the platform must bring a token. */
export function applyAlwaysUv(uv: boolean, { pinUvAuthParam }: AuthParameters, env: AuthenticatorEnv): boolean {
  if (!env.state.persistent.alwaysUv || pinUvAuthParam) return uv;
  if (uv || hasBuiltInUv(env)) return true;
  throw verificationRequired(env);
}

/** What tells the platform to verify the user: with a token where a PIN can make one. */
export const verificationRequired = ({ persona }: AuthenticatorEnv): CtapError =>
  persona.options.clientPin !== undefined && !persona.options.noMcGaPermissionsWithClientPin
    ? new CtapError('CTAP2_ERR_PUAT_REQUIRED', 'user verification is required')
    : new CtapError('CTAP2_ERR_OPERATION_DENIED', 'user verification is required');

/**
 * performBuiltInUv(internalRetry = true), CTAP 2.1 section 6.5.3.1.
 * @throws {CtapError} CTAP2_ERR_UV_BLOCKED, CTAP2_ERR_UV_INVALID, CTAP2_ERR_USER_ACTION_TIMEOUT, CTAP2_ERR_OPERATION_DENIED.
 */
export async function performBuiltInUv(rpId: string | undefined, session: Session, env: AuthenticatorEnv) {
  const { builtInUv } = env.persona;
  const { persistent } = env.state;
  for (let attempt = 0; attempt < (builtInUv?.attempts ?? 0); attempt++) {
    if (persistent.uvRetries === 0) throw new CtapError('CTAP2_ERR_UV_BLOCKED');
    const outcome = await awaitGesture({ kind: 'verification', rpId }, session, env);
    if (outcome === 'timeout') throw new CtapError('CTAP2_ERR_USER_ACTION_TIMEOUT');
    if (outcome === 'denied') throw new CtapError('CTAP2_ERR_OPERATION_DENIED', 'the user declined');
    persistent.uvRetries -= 1;
    env.commit();
    if (outcome === 'granted') {
      persistent.uvRetries = builtInUv?.maxUvRetries ?? 0;
      persistent.uvCountSinceLastPinEntry += 1;
      return;
    }
  }
  throw new CtapError(persistent.uvRetries === 0 ? 'CTAP2_ERR_UV_BLOCKED' : 'CTAP2_ERR_UV_INVALID');
}

/** Built-in verification inside a command (6.1.2 step 11.2, 6.2.2 step 6.2): when it fails, the platform is sent to the PIN. */
export async function verifyBuiltIn(rpId: string, session: Session, env: AuthenticatorEnv): Promise<UserEvidence> {
  try {
    await performBuiltInUv(rpId, session, env);
    return { verified: true, present: true };
  } catch (error) {
    const failed =
      error instanceof CtapError &&
      (error.status === 'CTAP2_ERR_UV_BLOCKED' || error.status === 'CTAP2_ERR_UV_INVALID');
    if (!failed) throw error;
    throw new CtapError(
      hasClientPin(env) && !env.persona.options.noMcGaPermissionsWithClientPin
        ? 'CTAP2_ERR_PUAT_REQUIRED'
        : 'CTAP2_ERR_OPERATION_DENIED',
      error.status,
      {
        cause: error,
      },
    );
  }
}

/**
 * The `up` option (6.1.2 step 14, 6.2.2 step 9): evidence from the token or from built-in verification counts, else the
 * user is asked. Afterwards the token has no more to give.
 */
export async function ensurePresence(user: UserEvidence, rpId: string, session: Session, env: AuthenticatorEnv) {
  const evident = user.present || user.token?.userPresent === true;
  if (!evident && env.misbehaviour.rules.presenceIsAwaited) await requirePresence(rpId, session, env);
  user.present = true;
  if (user.token) env.pinUvAuth.consume(user.token);
}
