/** Valid requests of the management commands: credentialManagement and authenticatorConfig. */
import { concat } from '#base/bytes.ts';
import type { PinUvAuthToken } from '#client/pin-protocol.ts';
import { type CborKey, type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import type { CommandName, Permission } from '#protocol/commands.ts';
import type { TransactOptions } from '#transport/device.ts';
import type { Exchange } from './exchange.ts';
import { getToken } from './pin.ts';
import type { TestContext } from './test-context.ts';

/** The keys of a command with subcommands, and the bytes that its pinUvAuthParam signs before the subcommand. */
export interface ManagementCommand {
  command: CommandName;
  permission: Permission;
  keys: { subCommand: number; params: number; protocol: number; param: number };
  prefix: readonly number[];
  /** Members that every request has, e.g. the modality. */
  members?: readonly [CborKey, CborValue][];
}

export const credentialManagement: ManagementCommand = {
  command: 'authenticatorCredentialManagement',
  permission: 'cm',
  keys: { subCommand: 0x01, params: 0x02, protocol: 0x03, param: 0x04 },
  prefix: [],
};

export const authenticatorConfig: ManagementCommand = {
  command: 'authenticatorConfig',
  permission: 'acfg',
  keys: { subCommand: 0x01, params: 0x02, protocol: 0x03, param: 0x04 },
  prefix: [...Array<number>(32).fill(0xff), 0x0d],
};

export interface ManagementRequest {
  subCommand: number;
  params?: CborMap | undefined;
  /** Undefined: a new token with the permission of the command. */
  token?: PinUvAuthToken | undefined;
  options?: TransactOptions | undefined;
}

/** Returns a request without a token. */
export function buildUnauthorized(target: ManagementCommand, { subCommand, params }: ManagementRequest): CborMap {
  const request: CborMap = new Map<CborKey, CborValue>(target.members);
  request.set(target.keys.subCommand, subCommand);
  if (params) request.set(target.keys.params, params);
  return request;
}

/** Returns a request with a token. */
export async function buildManagement(
  context: TestContext,
  target: ManagementCommand,
  request: ManagementRequest,
): Promise<CborMap> {
  const { subCommand, params, token = await getToken(context, [target.permission]) } = request;
  const message = concat(new Uint8Array([...target.prefix, subCommand]), params ? encode(params) : new Uint8Array(0));
  return buildUnauthorized(target, { subCommand, params })
    .set(target.keys.protocol, token.protocol.version)
    .set(target.keys.param, token.protocol.authenticate(token.token, message));
}

export const sendManagement = async (
  context: TestContext,
  target: ManagementCommand,
  request: ManagementRequest,
): Promise<Exchange> => context.send(target.command, await buildManagement(context, target, request), request.options);
