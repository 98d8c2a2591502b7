/** The proof that managing commands ask for, CTAP 2.1 sections 6.7.4, 6.8.2, 6.10.2 and 6.11. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { TokenUse } from '../state.ts';

interface Proof {
  pinUvAuthParam?: Uint8Array | undefined;
  pinUvAuthProtocol?: number | undefined;
}

/**
 * A token with the permission has signed `message`; whether it may be bound to a relying party is the caller's.
 * @throws {CtapError} CTAP2_ERR_PUAT_REQUIRED, CTAP2_ERR_MISSING_PARAMETER, CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_PIN_AUTH_INVALID.
 */
export function requireToken(proof: Proof, message: Uint8Array, permission: number, env: AuthenticatorEnv): TokenUse {
  const { pinUvAuthParam } = proof;
  if (!pinUvAuthParam) throw new CtapError('CTAP2_ERR_PUAT_REQUIRED');
  const protocol = env.pinUvAuth.protocol(proof.pinUvAuthProtocol);
  return env.pinUvAuth.verifyToken(protocol, message, pinUvAuthParam, { permission });
}

/** Like `requireToken` for a command that only reads credentials: the persistent token will do, and is bound to nobody. */
export function requireReader(proof: Proof, message: Uint8Array, env: AuthenticatorEnv): TokenUse | undefined {
  const { pinUvAuthParam } = proof;
  if (pinUvAuthParam) {
    const protocol = env.pinUvAuth.protocol(proof.pinUvAuthProtocol);
    if (env.pinUvAuth.isProvenByPersistentToken(protocol, message, pinUvAuthParam)) return undefined;
  }
  return requireToken(proof, message, permissions.cm, env);
}

/** What such a pinUvAuthParam is made over: prefix, subcommand, and the parameters as they were sent (canonical, so as we encode them). */
export const signedMessage = (prefix: readonly number[], subCommand: number, parameters: CborMap | undefined) =>
  concat(new Uint8Array([...prefix, subCommand]), parameters ? encode(parameters) : new Uint8Array(0));

/** 32 bytes 0xff and the command byte: what largeBlobs and authenticatorConfig begin with. */
export const commandPrefix = (code: number): number[] => [...Array<number>(32).fill(0xff), code];
