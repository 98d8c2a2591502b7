/** clientPIN subcommands that hand out a pinUvAuthToken, CTAP 2.1 section 6.5.5.7. */
import { permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { ClientPinRequest, SubCommand } from './client-pin-subcommand.ts';
import { refuseWithoutPin } from './set-pin.ts';
import { hasBuiltInUv, performBuiltInUv } from './user-verification.ts';

const mcAndGa = permissions.mc | permissions.ga;

/** Section 6.5.5.7.1, getPinToken (0x05): superseded, and the only one that CTAP 2.0 has. */
export const getPinToken: SubCommand = (request, env, session) => {
  if (request.permissions !== undefined || request.rpId !== undefined)
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'getPinToken has no permissions');
  return issueForPin(request, { permissions: mcAndGa, rpId: undefined }, env, session);
};

/** Section 6.5.5.7.2, getPinUvAuthTokenUsingPinWithPermissions (0x09). */
export const getTokenUsingPin: SubCommand = (request, env, session) =>
  issueForPin(request, () => checkPermissions(request), env, session);

/** Section 6.5.5.7.3, getPinUvAuthTokenUsingUvWithPermissions (0x06). */
export const getTokenUsingUv: SubCommand = async (request, env, session) => {
  if (!request.keyAgreement || request.permissions === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  const grant = checkPermissions(request);
  if (!hasBuiltInUv(env)) throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'nothing is enrolled');
  if (env.state.persistent.uvRetries === 0) throw new CtapError('CTAP2_ERR_UV_BLOCKED');
  await performBuiltInUv(grant.rpId, session, env);
  const secret = env.pinUvAuth.decapsulate(protocol, request.keyAgreement);
  const token = env.pinUvAuth.issueToken(protocol, { ...grant, userPresent: true, byBuiltInUv: true });
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
  const token = env.pinUvAuth.issueToken(protocol, { ...granted, userPresent: false });
  return { pinUvAuthToken: protocol.encrypt(secret, token, env.random) };
}

/**
 * Undefined bits are ignored. Permissions for features that no persona has yet are refused.
 * @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_UNAUTHORIZED_PERMISSION, CTAP2_ERR_MISSING_PARAMETER
 */
function checkPermissions({ permissions: wanted, rpId }: ClientPinRequest): Grant {
  if (wanted === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'permissions');
  if (wanted === 0) throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'permissions');
  const { cm, be, lbw, acfg, pcmr } = permissions;
  if (wanted & (cm | be | lbw | acfg | pcmr)) throw new CtapError('CTAP2_ERR_UNAUTHORIZED_PERMISSION', `${wanted}`);
  if (wanted & mcAndGa && rpId === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'rpId');
  return { permissions: wanted & mcAndGa, rpId };
}
