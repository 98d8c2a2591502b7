/** The clientPIN subcommands that return a pinUvAuthToken, CTAP 2.1 section 6.5.5.7. */
import { type Permission, permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import { hasClientPinSubCommand, hasOption } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Persona } from '../personas/persona.ts';
import type { Session } from '../session.ts';
import { type BuiltInUvFailure, performBuiltInUv, platformMayRetry } from './built-in-verification.ts';
import type { ClientPinRequest, SubCommand } from './client-pin-subcommand.ts';
import { hasBuiltInUv } from './protection.ts';
import { refuseWithoutPin } from './set-pin.ts';

const mcAndGa = permissions.mc | permissions.ga;

/** Section 6.5.5.7.1, getPinToken (0x05): the only one in CTAP 2.0, superseded in CTAP 2.1. */
export const getPinToken: SubCommand = (request, env, session) => {
  const isSuperseded = hasClientPinSubCommand(env.persona, 'getPinUvAuthTokenUsingPinWithPermissions');
  if (isSuperseded && (request.permissions !== undefined || request.rpId !== undefined))
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'getPinToken does not take permissions or rpId');
  const granted = env.persona.options.noMcGaPermissionsWithClientPin ? 0 : mcAndGa;
  return issueForPin(request, { permissions: granted, rpId: undefined }, env, session);
};

/** Section 6.5.5.7.2, getPinUvAuthTokenUsingPinWithPermissions (0x09). */
export const getTokenUsingPin: SubCommand = (request, env, session) =>
  issueForPin(request, () => checkPermissions(request, grantableByPin, env), env, session);

/** Section 6.5.5.7.3, getPinUvAuthTokenUsingUvWithPermissions (0x06). */
export const getTokenUsingUv: SubCommand = async (request, env, session) => {
  if (!request.keyAgreement || request.permissions === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  const grant = checkPermissions(request, grantableByUv, env);
  if (!hasBuiltInUv(env)) throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'built-in user verification is not set up');
  const internalRetry = !platformMayRetry(env.persona); // step 6
  const result = await performBuiltInUv({ rpId: grant.rpId, internalRetry }, session, env); // steps 7 and 9
  if (result !== 'verified') throw new CtapError(builtInUvStatus[result], `built-in user verification: ${result}`);
  const secret = env.pinUvAuth.decapsulate(protocol, request.keyAgreement);
  const token = issueToken(grant, { userPresent: true, byBuiltInUv: true }, protocol, env);
  return { pinUvAuthToken: protocol.encrypt(secret, token, env.random) };
};

/** Steps 7, 8 and 10. A user who declines at the sensor declines the permissions. */
const builtInUvStatus: Record<BuiltInUvFailure, CtapStatusName> = {
  timeout: 'CTAP2_ERR_USER_ACTION_TIMEOUT',
  denied: 'CTAP2_ERR_OPERATION_DENIED',
  blocked: 'CTAP2_ERR_UV_BLOCKED',
  invalid: 'CTAP2_ERR_UV_INVALID',
};

interface Grant {
  permissions: number;
  rpId: string | undefined;
}

/** The steps of both PIN subcommands. A function `grant` is called after the check of the protocol, in the order of the specification. */
function issueForPin(request: ClientPinRequest, grant: Grant | (() => Grant), env: AuthenticatorEnv, session: Session) {
  const { keyAgreement, pinHashEnc } = request;
  if (!keyAgreement || !pinHashEnc) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  const granted = typeof grant === 'function' ? grant() : grant;
  refuseWithoutPin(env);
  env.pinUvAuth.refuseWhenLocked();
  const secret = env.pinUvAuth.decapsulate(protocol, keyAgreement);
  env.pinUvAuth.comparePin(protocol, secret, pinHashEnc, {
    afterAnswer: (action) => session.afterAnswer(action),
    isCounted: request.permissions === undefined,
  });
  if (env.state.persistent.forcePinChange)
    throw new CtapError(request.permissions === undefined ? 'CTAP2_ERR_PIN_INVALID' : 'CTAP2_ERR_PIN_POLICY_VIOLATION');
  const token = issueToken(granted, { userPresent: false }, protocol, env);
  return { pinUvAuthToken: protocol.encrypt(secret, token, env.random) };
}

const issueToken = (
  grant: Grant,
  evidence: { userPresent: boolean; byBuiltInUv?: boolean },
  protocol: PinUvAuthProtocol,
  env: AuthenticatorEnv,
): Uint8Array =>
  grant.permissions === permissions.pcmr
    ? env.pinUvAuth.persistentToken()
    : env.pinUvAuth.issueToken(protocol, { ...grant, ...evidence });

/** Returns for each permission whether it can be granted, section 6.5.5.7. */
type GrantablePermissions = (persona: Persona) => Record<Permission, boolean>;

const grantableByPin: GrantablePermissions = (persona) => ({
  mc: !persona.options.noMcGaPermissionsWithClientPin,
  ga: !persona.options.noMcGaPermissionsWithClientPin,
  cm: persona.features?.credentialManagement !== undefined,
  be: persona.features?.bioEnrollment !== undefined,
  lbw: persona.features?.largeBlobs !== undefined,
  acfg: persona.features?.config !== undefined,
  pcmr: persona.features?.credentialManagement?.persistentReadOnly === true && hasOption(persona, 'perCredMgmtRO'),
});

const grantableByUv: GrantablePermissions = (persona) => ({
  ...grantableByPin(persona),
  mc: true,
  ga: true,
  be: persona.features?.bioEnrollment?.byFingerprint === true,
  acfg: persona.features?.config?.byFingerprint === true,
});

/**
 * Returns the permissions to grant. Undefined bits are ignored; pcmr cannot be combined, because it has a separate token.
 * @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_UNAUTHORIZED_PERMISSION, CTAP2_ERR_MISSING_PARAMETER
 */
function checkPermissions(
  { permissions: requested, rpId }: ClientPinRequest,
  grantable: GrantablePermissions,
  env: AuthenticatorEnv,
) {
  if (requested === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'permissions');
  if (requested === 0) throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'permissions');
  const isGrantable = grantable(env.persona);
  const names = (Object.keys(permissions) as Permission[]).filter((name) => requested & permissions[name]);
  const refused = names.find((name) => !isGrantable[name]);
  if (refused) throw new CtapError('CTAP2_ERR_UNAUTHORIZED_PERMISSION', refused);
  if (names.includes('pcmr') && names.length > 1)
    throw new CtapError('CTAP2_ERR_UNAUTHORIZED_PERMISSION', 'pcmr cannot be combined with other permissions');
  if (requested & mcAndGa && rpId === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'rpId');
  return { permissions: names.reduce((sum, name) => sum | permissions[name], 0), rpId };
}
