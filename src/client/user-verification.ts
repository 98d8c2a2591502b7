/**
 * Whether and how the user is verified on one authenticator: WebAuthn L3 section 5.1.3 (effective user verification
 * requirement), CTAP 2.1 sections 6.1.1, 6.2.1 and 6.5.5.7 (platform side).
 */
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { Ceremony } from './ceremony.ts';
import { CeremonyError } from './status-to-dom-exception.ts';
import type { Ctap2 } from './ctap2.ts';
import { getTokenByPin } from './pin-dialogue.ts';
import {
  choosePinUvAuthProtocol,
  PinUvAuthSession,
  type PinUvAuthToken,
  type TokenScope,
  uvRetries,
} from './pin-protocol.ts';

type VerificationRequirement = 'required' | 'preferred' | 'discouraged';

/** `uv-option`: the authenticator verifies within the command itself (CTAP 2.0). */
export type VerificationMethod = 'none' | 'pin' | 'uv-token' | 'uv-option';

/** Result: the proof for the command, if any. */
export interface Verification {
  token?: PinUvAuthToken | undefined;
  /** Ask the command itself to verify. */
  uvOption?: boolean;
}

/** An authenticator in a ceremony, with what it said of itself. */
export interface OpenAuthenticator {
  ctap: Ctap2;
  info: AuthenticatorInfo;
}

/** What the platform tries when the authenticator does not say (CTAP 2.1 section 6.4, preferredPlatformUvAttempts). */
const defaultUvAttempts = 3;
/** No authenticator makes us try for ever. */
const mostUvAttempts = 10;
/** Statuses after which the PIN may serve in place of a built-in verification. */
const pinInstead: readonly CtapStatusName[] = [
  'CTAP2_ERR_UV_BLOCKED',
  'CTAP2_ERR_UV_INVALID',
  'CTAP2_ERR_PUAT_REQUIRED',
  'CTAP2_ERR_OPERATION_DENIED',
];

const hasBuiltInUv = ({ options }: AuthenticatorInfo) => options?.uv === true;
const hasPin = ({ options }: AuthenticatorInfo) => options?.clientPin === true;
/** A PIN can be typed or created, and its token is good for this ceremony. */
const pinIsUsable = (info: AuthenticatorInfo) =>
  info.options?.clientPin !== undefined &&
  info.options.noMcGaPermissionsWithClientPin !== true &&
  choosePinUvAuthProtocol(info) !== undefined;

/** "Capable of user verification": now, or after the user has created a PIN. */
export const canVerifyUser = (info: AuthenticatorInfo): boolean => hasBuiltInUv(info) || pinIsUsable(info);

/** What a ceremony asks for: `discoverable` and `mustBeDiscoverable` belong to create() alone. */
export interface VerificationWish {
  requirement: VerificationRequirement;
  command: 'mc' | 'ga';
  discoverable?: boolean;
  mustBeDiscoverable?: boolean;
}

/** The effective user verification requirement, and the method this authenticator has for it. */
export function chooseVerification(info: AuthenticatorInfo, wish: VerificationWish): VerificationMethod {
  return shallVerify(info, wish) ? bestMethod(info) : 'none';
}

function shallVerify(info: AuthenticatorInfo, wish: VerificationWish): boolean {
  const { requirement, command } = wish;
  const isProtected = hasBuiltInUv(info) || hasPin(info);
  if (requirement === 'required' || info.options?.alwaysUv === true) return true;
  if (requirement === 'preferred' && isProtected) return true;
  if (command === 'ga') return false;
  // The dialogs create a PIN before a passkey that must be discoverable is put on a key without one.
  if (!isProtected) return wish.mustBeDiscoverable === true && pinIsUsable(info);
  // A protected authenticator makes credentials without verification only if it says so, and then only non-discoverable ones.
  return wish.discoverable === true || info.options?.makeCredUvNotRqd !== true;
}

function bestMethod(info: AuthenticatorInfo): VerificationMethod {
  if (hasBuiltInUv(info))
    return info.options?.pinUvAuthToken && choosePinUvAuthProtocol(info) ? 'uv-token' : 'uv-option';
  return pinIsUsable(info) ? 'pin' : 'none';
}

/**
 * Carries out what `chooseVerification` decided.
 * @throws {CeremonyError} NotAllowedError when the user cannot or will not be verified.
 */
export async function verifyUser(
  authenticator: OpenAuthenticator,
  method: VerificationMethod,
  scope: TokenScope,
  ceremony: Ceremony,
): Promise<Verification> {
  if (method === 'none') return {};
  if (method === 'uv-option') return { uvOption: true };
  const token =
    method === 'pin'
      ? await pinToken(authenticator, scope, ceremony)
      : await builtInToken(authenticator, scope, ceremony);
  return { token };
}

/**
 * Runs a command that was asked to verify by itself; if that fails and there is a PIN, runs it again with a token.
 * @throws {CtapError} whatever the command ends with.
 */
export async function withPinFallback<T>(
  authenticator: OpenAuthenticator,
  verification: Verification,
  scope: TokenScope,
  ceremony: Ceremony,
  command: (verification: Verification) => Promise<T>,
): Promise<T> {
  try {
    return await command(verification);
  } catch (error) {
    if (!verification.uvOption || !canFallBack(error, authenticator.info)) throw error;
    return command({ token: await pinToken(authenticator, scope, ceremony) });
  }
}

function pinToken({ ctap, info }: OpenAuthenticator, scope: TokenScope, ceremony: Ceremony): Promise<PinUvAuthToken> {
  return getTokenByPin({ ctap, info, protocol: protocolOf(info) }, scope, ceremony);
}

/** Built-in verification: as many attempts as the authenticator wants, then the PIN where there is one. */
async function builtInToken(
  authenticator: OpenAuthenticator,
  scope: TokenScope,
  ceremony: Ceremony,
): Promise<PinUvAuthToken> {
  const { ctap, info } = authenticator;
  const attempts = Math.min(info.preferredPlatformUvAttempts ?? defaultUvAttempts, mostUvAttempts);
  for (let attempt = 1; ; attempt++) {
    try {
      return await uvToken(authenticator, scope, ceremony);
    } catch (error) {
      const mayRetry = error instanceof CtapError && error.status === 'CTAP2_ERR_UV_INVALID' && attempt < attempts;
      if (mayRetry && (await ceremony.measure('pin', () => uvRetries(ctap))) > 0) continue;
      if (canFallBack(error, info)) return pinToken(authenticator, scope, ceremony);
      throw error;
    }
  }
}

function uvToken({ ctap, info }: OpenAuthenticator, scope: TokenScope, ceremony: Ceremony): Promise<PinUvAuthToken> {
  return ceremony.measure('pin', async () => {
    const session = await PinUvAuthSession.open(ctap, protocolOf(info), ceremony.context.random);
    using watch = ceremony.watchPresence({ why: 'verify', rpId: scope.rpId, verification: true });
    return await session.tokenUsingUv(scope, watch);
  });
}

const canFallBack = (error: unknown, info: AuthenticatorInfo): boolean =>
  error instanceof CtapError && pinInstead.includes(error.status) && hasPin(info) && pinIsUsable(info);

function protocolOf(info: AuthenticatorInfo) {
  const protocol = choosePinUvAuthProtocol(info);
  if (protocol) return protocol;
  throw new CeremonyError(
    'NotAllowedError',
    'the key has no PIN/UV auth protocol in common with us',
    'device-unsuitable',
  );
}
