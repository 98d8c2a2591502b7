/** The checks that makeCredential and getAssertion share: pinUvAuthParam, options, and built-in user verification. */
import { CtapError } from '#protocol/errors.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import { rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { UserEvidence } from '../user-evidence.ts';
import { awaitGesture, requirePresence } from '../user-presence.ts';

/** The members of a request that concern user verification. */
interface VerificationParameters {
  pinUvAuthParam?: Uint8Array | undefined;
  pinUvAuthProtocol?: number | undefined;
  options?: Record<string, boolean> | undefined;
}

export const hasClientPin = ({ persona, state }: AuthenticatorEnv): boolean =>
  persona.options.clientPin !== undefined && state.persistent.pin !== undefined;

export const hasBuiltInUv = ({ persona, state }: AuthenticatorEnv): boolean =>
  persona.builtInUv !== undefined && state.persistent.uvEnrolled;

/** Returns whether the authenticator is "protected by some form of user verification", CTAP 2.1 section 6.1.2. */
export const isProtected = (env: AuthenticatorEnv): boolean => hasClientPin(env) || hasBuiltInUv(env);

/**
 * Step 1: with an empty pinUvAuthParam the platform requests only a touch, so that the user can select one of several authenticators.
 * @throws {CtapError} always, if the parameter is present and empty.
 */
export async function answerZeroLengthPinUvAuthParam(
  request: VerificationParameters,
  session: Session,
  env: AuthenticatorEnv,
) {
  if (request.pinUvAuthParam?.length !== 0) return;
  await requirePresence(undefined, session, env);
  throw new CtapError(isProtected(env) ? 'CTAP2_ERR_PIN_INVALID' : 'CTAP2_ERR_PIN_NOT_SET');
}

/** Step 2: returns the protocol of the pinUvAuthParam; undefined without pinUvAuthParam. */
export function chooseProtocol(request: VerificationParameters, env: AuthenticatorEnv): PinUvAuthProtocol | undefined {
  const { pinUvAuthParam, pinUvAuthProtocol: version } = request;
  if (!pinUvAuthParam) return undefined;
  const { protocolMissing, protocolUnsupported } = rulesOf(env.persona);
  if (version === undefined) throw new CtapError(protocolMissing, 'pinUvAuthProtocol');
  if (!env.persona.pinUvAuthProtocols.some((known) => known === version))
    throw new CtapError(protocolUnsupported, `pinUvAuthProtocol ${version}`);
  return env.pinUvAuth.protocol(version);
}

/** Returns the effective `uv` option; a pinUvAuthParam takes precedence over it. */
export function resolveUvOption({ options, pinUvAuthParam }: VerificationParameters, env: AuthenticatorEnv): boolean {
  const uv = !pinUvAuthParam && options?.uv === true;
  if (uv && !hasBuiltInUv(env)) throw new CtapError(rulesOf(env.persona).uvNotConfigured, 'uv');
  return uv;
}

/** With alwaysUv every request needs user verification: built-in verification if possible, otherwise a pinUvAuthParam. */
export function applyAlwaysUv(uv: boolean, { pinUvAuthParam }: VerificationParameters, env: AuthenticatorEnv): boolean {
  if (!env.state.persistent.alwaysUv || pinUvAuthParam) return uv;
  if (uv || hasBuiltInUv(env)) return true;
  throw verificationRequiredError(env);
}

/** Returns the error that makes the platform verify the user: CTAP2_ERR_PUAT_REQUIRED if a PIN can grant the token. */
export const verificationRequiredError = ({ persona }: AuthenticatorEnv): CtapError =>
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

interface UserVerification {
  uv: boolean;
  protocol: PinUvAuthProtocol | undefined;
  pinUvAuthParam: Uint8Array | undefined;
  clientDataHash: Uint8Array;
  rpId: string;
  /** The permission that the token needs. */
  permission: number;
}

/** Verifies the user with a token, with built-in verification, or not at all (6.1.2 step 11, 6.2.2 step 6). */
export async function verifyUser(
  { uv, protocol, pinUvAuthParam, clientDataHash, rpId, permission }: UserVerification,
  session: Session,
  env: AuthenticatorEnv,
): Promise<UserEvidence> {
  if (protocol && pinUvAuthParam && isProtected(env)) {
    const token = env.pinUvAuth.verifyToken(protocol, clientDataHash, pinUvAuthParam, { permission, rpId });
    return { verified: true, present: false, token };
  }
  return uv ? await verifyBuiltIn(rpId, session, env) : { verified: false, present: false };
}

/** Built-in user verification in a command (6.1.2 step 11.2, 6.2.2 step 6.2). If it fails, the status makes the platform use the PIN. */
async function verifyBuiltIn(rpId: string, session: Session, env: AuthenticatorEnv): Promise<UserEvidence> {
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
      { cause: error },
    );
  }
}

/**
 * User presence (6.1.2 step 14, 6.2.2 step 9): waits for a touch unless the token or built-in user verification proves presence.
 * Then consumes the token.
 */
export async function ensurePresence(user: UserEvidence, rpId: string, session: Session, env: AuthenticatorEnv) {
  const isProven = user.present || user.token?.userPresent === true;
  if (!isProven && env.faultHooks.rules.enforceUserPresence) await requirePresence(rpId, session, env);
  user.present = true;
  if (user.token) env.pinUvAuth.consumeToken(user.token);
}
