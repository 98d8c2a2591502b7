/** The command line as Markdown, for `docs/cli.md`: made from the same objects that print `touchstone --help`. */
import type { Argument, Command, Option } from 'commander';
import { createProgram } from '../main.ts';
import { markdownTable } from '../table.ts';

export async function commandLineReference(): Promise<string> {
  return sectionsOf(await createProgram(() => undefined))
    .slice(1)
    .join('\n\n');
}

/** One section for a command that does something itself, then one for each of its subcommands. */
function sectionsOf(command: Command, path: readonly string[] = []): string[] {
  const names = [...path, command.name()];
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  return [section(command, names), ...subcommands.flatMap((each) => sectionsOf(each, names))];
}

function section(command: Command, names: readonly string[]): string {
  const help = command.createHelp();
  const parents = names.slice(0, -1).join(' ');
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  return [
    `## ${names.join(' ')}`,
    `${command.description()}.`,
    `\`\`\`sh\n${[parents, command.name(), command.usage()].filter(Boolean).join(' ')}\n\`\`\``,
    ...table('Argument', help.visibleArguments(command).map(argumentRow)),
    ...table('Option', options.map(optionRow)),
  ].join('\n\n');
}

const table = (head: string, rows: string[][]): string[] =>
  rows.length > 0 ? [markdownTable([head, 'Description', 'Default'], rows)] : [];

const argumentRow = (argument: Argument): string[] => [
  `\`${argument.name()}\``,
  argument.description,
  defaultOf(argument.defaultValue, argument.defaultValueDescription),
];

const optionRow = (option: Option): string[] => [
  `\`${option.flags}\``,
  option.description,
  defaultOf(option.defaultValue, option.defaultValueDescription),
];

function defaultOf(value: unknown, description: string | undefined): string {
  if (description !== undefined) return description;
  const isEmpty = value === undefined || value === false || (Array.isArray(value) && value.length === 0);
  return isEmpty ? '' : `\`${[value].flat().join(' ')}\``;
}
