/** Names of the wire in a scenario: `makeCredential`, `clientPIN/setPIN`, taken from the command table. */
import { z } from 'zod';
import { type ClientPinSubCommand, type CommandName, clientPinSubCommands, commands } from '#protocol/commands.ts';

type Uncapitalized<Name extends CommandName> = Name extends `authenticator${infer Short}` ? Uncapitalize<Short> : never;
/** A command without the prefix `authenticator`, or a sub-command after its command. */
export type WireCommand = Uncapitalized<CommandName> | `clientPIN/${ClientPinSubCommand}`;

const short = (name: string): string => name.replace(/^authenticator(.)/, (_, first: string) => first.toLowerCase());

export const wireCommands = [
  ...Object.keys(commands).map(short),
  ...Object.keys(clientPinSubCommands).map((name) => `clientPIN/${name}`),
] as [WireCommand, ...WireCommand[]];

/** A command as a whole, for what can only happen to all of it. */
export const wholeCommandName = z.enum(
  Object.keys(commands).map(short) as [Uncapitalized<CommandName>, ...Uncapitalized<CommandName>[]],
);

/** `clientPIN` stands for any of its sub-commands. */
export const commandName = z.enum(wireCommands).describe('CTAP command, or clientPIN/ with a sub-command');
