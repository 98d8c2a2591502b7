/** The command line: registers the commands, and turns errors into messages and exit codes. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help, Option } from 'commander';
import pc from 'picocolors';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { exitCode } from './exit-codes.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

type CreateCommand = (finish: (code: number) => void) => Command;

interface LazyCommand {
  description: string;
  load(): Promise<CreateCommand>;
}

/** The commands in the order of the help. The module of a command is loaded only when the command is used, for a fast start. */
const commands: Readonly<Record<string, LazyCommand>> = {
  run: {
    description: 'Run scenarios and write a report',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  validate: {
    description: 'Check scenario files and print every error',
    load: async () => (await import('./commands/validate.ts')).validateCommand,
  },
  list: {
    description: 'List the cases of scenario files',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  init: {
    description: 'Record a web site, and write a first site file and a first scenario',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  site: {
    description: 'Check a site file, which contains the steps of the flow on one web site',
    load: async () => (await import('./commands/site.ts')).siteCommand,
  },
  conform: {
    description: 'Test whether an authenticator or a relying party conforms to its specifications',
    load: async () => (await import('./commands/conform.ts')).conformCommand,
  },
  verify: {
    description: 'Verify the bundle of a conformance run, and run its cases again',
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  },
  diagnose: {
    description: 'Find out why a user cannot register a passkey',
    load: async () => (await import('./commands/diagnose.ts')).diagnoseCommand,
  },
  personas: {
    description: 'List the authenticator models that can be emulated',
    load: async () => (await import('./commands/personas.ts')).personasCommand,
  },
  defects: {
    description: 'List the defects that an emulated authenticator can have',
    load: async () => (await import('./commands/defects.ts')).defectsCommand,
  },
  emulate: {
    description: 'Emulate security keys for this machine or for other programs',
    load: async () => (await import('./commands/emulate.ts')).emulateCommand,
  },
  'authenticator-server': {
    description: 'Serve an emulated key to pages and tests of other tools than Playwright',
    load: async () => (await import('./commands/authenticator-server.ts')).authenticatorServerCommand,
  },
  shim: {
    description: 'Print the page script that connects a page to touchstone authenticator-server',
    load: async () => (await import('./commands/shim.ts')).shimCommand,
  },
  keys: {
    description: 'List the real keys of this machine and at the given addresses',
    load: async () => (await import('./commands/keys.ts')).keysCommand,
  },
  lab: {
    description: 'Run unmodified programs and browsers with the emulated key in a separate Linux kernel',
    load: async () => (await import('./commands/lab.ts')).labCommand,
  },
  portal: {
    description: 'Serve the reference portal, to try keys and browsers by hand',
    load: async () => (await import('./commands/portal.ts')).portalCommand,
  },
  report: {
    description: 'Render the reports of a run again, also of a run that was killed',
    load: async () => (await import('./commands/report.ts')).reportCommand,
  },
  compare: {
    description: 'Compare two runs: verdicts that changed, and phases that are slower or faster',
    load: async () => (await import('./commands/compare.ts')).compareCommand,
  },
  baseline: {
    description: 'Store the times of a run as a baseline for the budgets of later runs',
    load: async () => (await import('./commands/baseline.ts')).baselineCommand,
  },
  doctor: {
    description: 'Find out what works on this machine, and what to do about the rest',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  merge: {
    description: 'Join the shards of a run into one report',
    load: async () => (await import('./commands/merge.ts')).mergeCommand,
  },
  history: {
    description: 'Show the runs of a project over time, with the trend of their times',
    load: async () => (await import('./commands/history.ts')).historyCommand,
  },
  schema: {
    description: 'Print the JSON Schema (draft-07) of scenario files',
    load: async () => (await import('./commands/schema.ts')).schemaCommand,
  },
};

/**
 * Returns the command line; `finish` is called with the exit code of the command that ran.
 * Only the commands of `names` (default: all) get their options, the others are names for the help.
 */
export async function createProgram(
  finish: (code: number) => void,
  names: readonly string[] = Object.keys(commands),
): Promise<Command> {
  const program = new Command('touchstone')
    .description('Conformance test harness and authenticator emulator for passkey registration')
    .version(version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .configureHelp({ optionDescription: describeOption, subcommandTerm: (command) => command.name() })
    .exitOverride()
    .showHelpAfterError('Run touchstone --help for the list of commands');
  for (const [name, { description, load }] of Object.entries(commands)) {
    const command = names.includes(name) ? (await load())(finish) : new Command(name);
    addCommand(program, command.description(description));
  }
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
  const finish = (result: number) => {
    code = result;
  };
  try {
    const program = await createProgram(finish, args);
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
