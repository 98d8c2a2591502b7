/** Names of CTAP commands in a scenario: `makeCredential`, `clientPIN/setPIN`, derived from the command table. */
import { z } from 'zod';
import { type ClientPinSubCommand, type CommandName, clientPinSubCommands, commands } from '#protocol/commands.ts';

type ShortName<Name extends CommandName> = Name extends `authenticator${infer Short}` ? Uncapitalize<Short> : never;
/** A command without the prefix `authenticator`, or a subcommand after its command. */
export type WireCommand = ShortName<CommandName> | `clientPIN/${ClientPinSubCommand}`;

/** `authenticatorMakeCredential` becomes `makeCredential`. */
export const shortCommandName = (name: string): string =>
  name.replace(/^authenticator(.)/, (_, first: string) => first.toLowerCase());

const commandNames = Object.keys(commands).map(shortCommandName) as [
  ShortName<CommandName>,
  ...ShortName<CommandName>[],
];

export const wireCommands = [
  ...commandNames,
  ...Object.keys(clientPinSubCommands).map((name) => `clientPIN/${name}`),
] as [WireCommand, ...WireCommand[]];

/** A command without a subcommand. */
export const wholeCommandName = z.enum(commandNames);

/** A command, or `clientPIN/` with a subcommand; `clientPIN` means all of its subcommands. */
export const commandName = z.enum(wireCommands).describe('CTAP command, or clientPIN/ with a subcommand');
