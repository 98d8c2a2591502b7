/** clientPIN subcommands that hand out a pinUvAuthToken, CTAP 2.1 section 6.5.5.7. */
import { type Permission, permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Persona } from '../personas/persona.ts';
import type { Session } from '../session.ts';
import { hasClientPinSubCommand, hasOption } from '../versions.ts';
import type { ClientPinRequest, SubCommand } from './client-pin-subcommand.ts';
import { refuseWithoutPin } from './set-pin.ts';
import { hasBuiltInUv, performBuiltInUv } from './user-verification.ts';

const mcAndGa = permissions.mc | permissions.ga;

/** Section 6.5.5.7.1, getPinToken (0x05): superseded, and the only one that CTAP 2.0 has. */
export const getPinToken: SubCommand = (request, env, session) => {
  const known = hasClientPinSubCommand(env.persona, 'getPinUvAuthTokenUsingPinWithPermissions');
  if (known && (request.permissions !== undefined || request.rpId !== undefined))
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'getPinToken has no permissions');
  const refused = env.persona.options.noMcGaPermissionsWithClientPin;
  return issueForPin(request, { permissions: refused ? 0 : mcAndGa, rpId: undefined }, env, session);
};

/** Section 6.5.5.7.2, getPinUvAuthTokenUsingPinWithPermissions (0x09). */
export const getTokenUsingPin: SubCommand = (request, env, session) =>
  issueForPin(request, () => checkPermissions(request, pinMayGrant, env), env, session);

/** Section 6.5.5.7.3, getPinUvAuthTokenUsingUvWithPermissions (0x06). */
export const getTokenUsingUv: SubCommand = async (request, env, session) => {
  if (!request.keyAgreement || request.permissions === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  const grant = checkPermissions(request, fingerMayGrant, env);
  if (!hasBuiltInUv(env)) throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'nothing is enrolled');
  if (env.state.persistent.uvRetries === 0) throw new CtapError('CTAP2_ERR_UV_BLOCKED');
  await performBuiltInUv(grant.rpId, session, env);
  const secret = env.pinUvAuth.decapsulate(protocol, request.keyAgreement);
  const token = tokenFor(grant, { userPresent: true, byBuiltInUv: true }, protocol, env);
  return { pinUvAuthToken: protocol.encrypt(secret, token, env.random) };
};

interface Grant {
  permissions: number;
  rpId: string | undefined;
}

/** The steps both PIN subcommands share. `grant` is checked after the protocol, as the spec orders it. */
function issueForPin(request: ClientPinRequest, grant: Grant | (() => Grant), env: AuthenticatorEnv, session: Session) {
  const { keyAgreement, pinHashEnc } = request;
  if (!keyAgreement || !pinHashEnc) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  const granted = typeof grant === 'function' ? grant() : grant;
  refuseWithoutPin(env);
  env.pinUvAuth.refuseWhenLocked();
  const secret = env.pinUvAuth.decapsulate(protocol, keyAgreement);
  env.pinUvAuth.comparePin(protocol, secret, pinHashEnc, session);
  if (env.state.persistent.forcePinChange)
    throw new CtapError(request.permissions === undefined ? 'CTAP2_ERR_PIN_INVALID' : 'CTAP2_ERR_PIN_POLICY_VIOLATION');
  const token = tokenFor(granted, { userPresent: false }, protocol, env);
  return { pinUvAuthToken: protocol.encrypt(secret, token, env.random) };
}

const tokenFor = (
  grant: Grant,
  how: { userPresent: boolean; byBuiltInUv?: boolean },
  protocol: PinUvAuthProtocol,
  env: AuthenticatorEnv,
): Uint8Array =>
  grant.permissions === permissions.pcmr
    ? env.pinUvAuth.persistentToken()
    : env.pinUvAuth.issueToken(protocol, { ...grant, ...how });

/** Whether the persona gives the permission at all, section 6.5.5.7. */
type Authority = (persona: Persona) => Record<Permission, boolean>;

const pinMayGrant: Authority = (persona) => ({
  mc: !persona.options.noMcGaPermissionsWithClientPin,
  ga: !persona.options.noMcGaPermissionsWithClientPin,
  cm: persona.features?.credentialManagement !== undefined,
  be: persona.features?.bioEnrollment !== undefined,
  lbw: persona.features?.largeBlobs !== undefined,
  acfg: persona.features?.config !== undefined,
  pcmr: persona.features?.credentialManagement?.persistentReadOnly === true && hasOption(persona, 'perCredMgmtRO'),
});

const fingerMayGrant: Authority = (persona) => ({
  ...pinMayGrant(persona),
  mc: true,
  ga: true,
  be: persona.features?.bioEnrollment?.byFingerprint === true,
  acfg: persona.features?.config?.byFingerprint === true,
});

/**
 * Undefined bits are ignored; pcmr stands alone, for its token is another one.
 * @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_UNAUTHORIZED_PERMISSION, CTAP2_ERR_MISSING_PARAMETER
 */
function checkPermissions(
  { permissions: wanted, rpId }: ClientPinRequest,
  authority: Authority,
  env: AuthenticatorEnv,
) {
  if (wanted === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'permissions');
  if (wanted === 0) throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'permissions');
  const may = authority(env.persona);
  const asked = (Object.keys(permissions) as Permission[]).filter((name) => wanted & permissions[name]);
  const refused = asked.find((name) => !may[name]);
  if (refused) throw new CtapError('CTAP2_ERR_UNAUTHORIZED_PERMISSION', refused);
  if (asked.includes('pcmr') && asked.length > 1)
    throw new CtapError('CTAP2_ERR_UNAUTHORIZED_PERMISSION', 'pcmr is given alone');
  if (wanted & mcAndGa && rpId === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'rpId');
  return { permissions: asked.reduce((sum, name) => sum | permissions[name], 0), rpId };
}
