/** The command line: registers the commands, and turns errors into messages and exit codes. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help, Option } from 'commander';
import pc from 'picocolors';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { defectsCommand } from './commands/defects.ts';
import { emulateCommand } from './commands/emulate.ts';
import { keysCommand } from './commands/keys.ts';
import { labCommand } from './commands/lab.ts';
import { listCommand } from './commands/list.ts';
import { personasCommand } from './commands/personas.ts';
import { portalCommand } from './commands/portal.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { validateCommand } from './commands/validate.ts';
import { exitCode } from './exit-codes.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const commands = [
  runCommand,
  validateCommand,
  listCommand,
  personasCommand,
  defectsCommand,
  emulateCommand,
  keysCommand,
  labCommand,
  portalCommand,
  reportCommand,
  schemaCommand,
];

/** Returns the command line with all commands; `finish` is called with the exit code of the command that ran. */
export function createProgram(finish: (code: number) => void): Command {
  const program = new Command('touchstone')
    .description('Conformance test harness and authenticator emulator for passkey registration')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
    .showHelpAfterError('Run touchstone --help for the list of commands');
  for (const command of commands) addCommand(program, command(finish));
  return program;
}

/** Adds a command that has the settings of its parent, also to its own subcommands. */
function addCommand(parent: Command, command: Command): void {
  parent.addCommand(command.copyInheritedSettings(parent));
  for (const subcommand of command.commands) subcommand.copyInheritedSettings(command);
}

/** Describes an option as commander does, without the defaults `false` and `[]`, which say nothing. */
function describeOption(option: Option): string {
  const { defaultValue, defaultValueDescription } = option;
  const isEmpty = defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown = new Option(option.flags, option.description);
  if (option.argChoices) shown.choices(option.argChoices);
  if (option.envVar) shown.env(option.envVar);
  if (!isEmpty || defaultValueDescription) shown.default(defaultValue, defaultValueDescription);
  return new Help().optionDescription(shown);
}

/** Runs a command line (without `node` and the name of the script) and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCode.passed;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOfError(error);
  }
}

function exitCodeOfError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.passed : exitCode.usage;
  if (error instanceof UsageError || error instanceof UnavailableError || error instanceof TransportError) {
    console.error(`${pc.red('error')} ${error.message}`);
    return error instanceof UsageError ? exitCode.usage : exitCode.infrastructure;
  }
  console.error(error);
  return exitCode.infrastructure;
}
