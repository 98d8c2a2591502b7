/** The shape of a command: parameters in, answer out, errors thrown as CtapError. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';

export interface CtapCommand {
  /**
   * `parameters` is the decoded CBOR behind the command byte, undefined when there is none.
   * Resolves with the answer's CBOR map, or undefined for an answer that is a status only.
   * @throws {CtapError} with the status that ends the command.
   */
  execute(
    parameters: CborValue | undefined,
    session: Session,
    env: AuthenticatorEnv,
  ): CborMap | undefined | Promise<CborMap | undefined>;
}
