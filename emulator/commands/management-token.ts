/** The token check of the management commands, CTAP 2.1 sections 6.7.4, 6.8.2, 6.10.2 and 6.11. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { TokenUse } from '../state.ts';

/** The members of a request with the token's signature. */
interface TokenParameters {
  pinUvAuthParam?: Uint8Array | undefined;
  pinUvAuthProtocol?: number | undefined;
}

/**
 * Checks that a token with the permission signed `message`. The caller has to check the relying party that the token is bound to.
 * @throws {CtapError} CTAP2_ERR_PUAT_REQUIRED, CTAP2_ERR_MISSING_PARAMETER, CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_PIN_AUTH_INVALID.
 */
export function requireToken(
  request: TokenParameters,
  message: Uint8Array,
  permission: number,
  env: AuthenticatorEnv,
): TokenUse {
  const { pinUvAuthParam } = request;
  if (!pinUvAuthParam) throw new CtapError('CTAP2_ERR_PUAT_REQUIRED');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  return env.pinUvAuth.verifyToken(protocol, message, pinUvAuthParam, { permission });
}

/** Like `requireToken`, for a command that only reads credentials. Returns undefined for the persistent token, which is not bound to a relying party. */
export function requireReadToken(
  request: TokenParameters,
  message: Uint8Array,
  env: AuthenticatorEnv,
): TokenUse | undefined {
  const { pinUvAuthParam } = request;
  if (pinUvAuthParam) {
    const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
    if (env.pinUvAuth.verifiesWithPersistentToken(protocol, message, pinUvAuthParam)) return undefined;
  }
  return requireToken(request, message, permissions.cm, env);
}

/** Returns the bytes that a pinUvAuthParam signs: prefix, subcommand and parameters. Requests are canonical: encoding again returns the same bytes. */
export const signedMessage = (prefix: readonly number[], subCommand: number, parameters: CborMap | undefined) =>
  concat(new Uint8Array([...prefix, subCommand]), parameters ? encode(parameters) : new Uint8Array(0));

/** Returns 32 bytes 0xff and the command byte: the prefix for largeBlobs and authenticatorConfig. */
export const commandPrefix = (code: number): number[] => [...Array<number>(32).fill(0xff), code];
