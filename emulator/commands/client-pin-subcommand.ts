/** The shape of a clientPIN subcommand, CTAP 2.1 section 6.5.5. */
import type { CommandRequest, CommandResponse } from '#protocol/commands.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';

export type ClientPinRequest = CommandRequest<'authenticatorClientPIN'>;
export type ClientPinResult = CommandResponse<'authenticatorClientPIN'>;
/** Returns the members of the response, or undefined for a response without members. */
export type SubCommand = (
  request: ClientPinRequest,
  env: AuthenticatorEnv,
  session: Session,
) => ClientPinResult | undefined | Promise<ClientPinResult>;
