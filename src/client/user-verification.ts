/**
 * Decides whether and how one authenticator verifies the user, and does it: WebAuthn L3 section 5.1.3 (effective user
 * verification requirement), CTAP 2.1 sections 6.1.1, 6.2.1 and 6.5.5.7 (platform side).
 */
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { Ceremony } from './ceremony.ts';
import { CeremonyError } from './ceremony-error.ts';
import type { CtapCommands } from './ctap2.ts';
import { getTokenByPin, type RenewableToken } from './pin-dialogue.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, type TokenScope, uvRetries } from './pin-protocol.ts';

type VerificationRequirement = 'required' | 'preferred' | 'discouraged';

/** `uv-option`: the authenticator verifies within the command itself (CTAP 2.0). */
export type VerificationMethod = 'none' | 'pin' | 'uv-token' | 'uv-option';

/** What the command needs to prove or to request user verification; empty for none. */
export interface Verification extends Partial<RenewableToken> {
  /** Whether the command itself verifies the user (option `uv`). */
  uvOption?: boolean;
}

/** An authenticator in a ceremony, with its getInfo response. */
export interface OpenAuthenticator {
  ctap: CtapCommands;
  info: AuthenticatorInfo;
}

/** Used when the authenticator reports no preferredPlatformUvAttempts, CTAP 2.1 section 6.4. */
const defaultUvAttempts = 3;
/** Limits the attempts that an authenticator can ask for. */
const maxUvAttempts = 10;
/** Statuses of a built-in verification that permit the PIN instead. */
const fallbackStatuses: readonly CtapStatusName[] = [
  'CTAP2_ERR_UV_BLOCKED',
  'CTAP2_ERR_UV_INVALID',
  'CTAP2_ERR_PUAT_REQUIRED',
  'CTAP2_ERR_OPERATION_DENIED',
];

const hasBuiltInUv = ({ options }: AuthenticatorInfo) => options?.uv === true;
const hasPin = ({ options }: AuthenticatorInfo) => options?.clientPin === true;
/** Returns whether a PIN can be entered or created, and its token allows makeCredential and getAssertion. */
const pinIsUsable = (info: AuthenticatorInfo) =>
  info.options?.clientPin !== undefined &&
  info.options.noMcGaPermissionsWithClientPin !== true &&
  choosePinUvAuthProtocol(info) !== undefined;
/** Returns whether a PIN is set, and its token allows makeCredential and getAssertion. */
const canEnterPin = (info: AuthenticatorInfo) => hasPin(info) && pinIsUsable(info);

/** Returns whether the authenticator can verify the user, now or after the user has created a PIN. */
export const canVerifyUser = (info: AuthenticatorInfo): boolean => hasBuiltInUv(info) || pinIsUsable(info);

/** What a ceremony requires. `discoverable` and `mustBeDiscoverable` are for create() only. */
export interface VerificationRequirements {
  requirement: VerificationRequirement;
  command: 'mc' | 'ga';
  discoverable?: boolean;
  mustBeDiscoverable?: boolean;
}

/** Returns how this authenticator must verify the user; `none` when it need not or cannot. */
export function chooseVerification(
  info: AuthenticatorInfo,
  requirements: VerificationRequirements,
): VerificationMethod {
  return mustVerify(info, requirements) ? bestMethod(info) : 'none';
}

function mustVerify(info: AuthenticatorInfo, requirements: VerificationRequirements): boolean {
  const { requirement, command } = requirements;
  const isProtected = hasBuiltInUv(info) || hasPin(info);
  if (requirement === 'required' || info.options?.alwaysUv === true) return true;
  if (requirement === 'preferred' && isProtected) return true;
  if (command === 'ga') return false;
  // The browsers' dialogs create a PIN first when a key without one must store a discoverable credential.
  if (!isProtected) return requirements.mustBeDiscoverable === true && pinIsUsable(info);
  // With makeCredUvNotRqd, a protected authenticator creates non-discoverable credentials without verification.
  return requirements.discoverable === true || info.options?.makeCredUvNotRqd !== true;
}

function bestMethod(info: AuthenticatorInfo): VerificationMethod {
  if (hasBuiltInUv(info))
    return info.options?.pinUvAuthToken && choosePinUvAuthProtocol(info) ? 'uv-token' : 'uv-option';
  return pinIsUsable(info) ? 'pin' : 'none';
}

/**
 * Verifies the user by `method`, which `chooseVerification` returned.
 * @throws {CeremonyError} NotAllowedError when the user cancels or cannot be verified.
 */
export async function verifyUser(
  authenticator: OpenAuthenticator,
  method: VerificationMethod,
  scope: TokenScope,
  ceremony: Ceremony,
): Promise<Verification> {
  if (method === 'none') return {};
  if (method === 'uv-option') return { uvOption: true };
  return method === 'pin'
    ? getPinToken(authenticator, scope, ceremony)
    : getBuiltInToken(authenticator, scope, ceremony);
}

interface VerifiedCommand {
  authenticator: OpenAuthenticator;
  verification: Verification;
  scope: TokenScope;
  ceremony: Ceremony;
}

/**
 * Runs `command`. If the command itself should verify the user and that fails, and the key has a PIN, runs it again with a
 * token for the PIN.
 * @throws {CtapError} the error of the command.
 */
export async function withPinFallback<T>(
  { authenticator, verification, scope, ceremony }: VerifiedCommand,
  command: (verification: Verification) => Promise<T>,
): Promise<T> {
  try {
    return await command(verification);
  } catch (error) {
    if (!verification.uvOption || !canFallBack(error, authenticator.info)) throw error;
    return command(await getPinToken(authenticator, scope, ceremony));
  }
}

function getPinToken(
  { ctap, info }: OpenAuthenticator,
  scope: TokenScope,
  ceremony: Ceremony,
): Promise<RenewableToken> {
  return getTokenByPin({ ctap, info, protocol: requireProtocol(info) }, scope, ceremony);
}

/**
 * Built-in verification: as many attempts as the authenticator prefers, then the PIN if there is one. The last attempt before
 * the authenticator blocks its sensor is not used when the PIN can be entered instead.
 */
async function getBuiltInToken(
  authenticator: OpenAuthenticator,
  scope: TokenScope,
  ceremony: Ceremony,
): Promise<RenewableToken> {
  const { ctap, info } = authenticator;
  const attempts = Math.min(info.preferredPlatformUvAttempts ?? defaultUvAttempts, maxUvAttempts);
  const sparedAttempts = canEnterPin(info) ? 1 : 0;
  for (let attempt = 1; ; attempt++) {
    try {
      const token = await getUvToken(authenticator, scope, ceremony);
      return { token, renew: () => getBuiltInToken(authenticator, scope, ceremony) };
    } catch (error) {
      const mayRetry = error instanceof CtapError && error.status === 'CTAP2_ERR_UV_INVALID' && attempt < attempts;
      if (mayRetry && (await ceremony.measure('pin', () => uvRetries(ctap))) > sparedAttempts) continue;
      if (canFallBack(error, info)) return getPinToken(authenticator, scope, ceremony);
      throw error;
    }
  }
}

function getUvToken({ ctap, info }: OpenAuthenticator, scope: TokenScope, ceremony: Ceremony) {
  return ceremony.measure('pin', async () => {
    const session = await PinUvAuthSession.open(ctap, requireProtocol(info), ceremony.context.random);
    using watch = ceremony.watchPresence({ why: 'verify', rpId: scope.rpId, verification: true });
    return await session.tokenUsingUv(scope, watch);
  });
}

const canFallBack = (error: unknown, info: AuthenticatorInfo): boolean =>
  error instanceof CtapError && fallbackStatuses.includes(error.status) && canEnterPin(info);

function requireProtocol(info: AuthenticatorInfo) {
  const protocol = choosePinUvAuthProtocol(info);
  if (protocol) return protocol;
  throw new CeremonyError(
    'NotAllowedError',
    'Cannot verify the user: the key supports no known PIN/UV auth protocol',
    'device-unsuitable',
  );
}
