/** The interface of a command. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';

export interface CtapCommand {
  /**
   * `parameters` is the decoded CBOR after the command byte; undefined if there is none.
   * Returns the CBOR map of the response, or undefined for a response without parameters.
   * @throws {CtapError} with the status of a command that fails.
   */
  execute(
    parameters: CborValue | undefined,
    session: Session,
    env: AuthenticatorEnv,
  ): CborMap | undefined | Promise<CborMap | undefined>;
}
