/** Old names of command-line options: they still work, are not listed in the help, and print a note to standard error. */
import { type Command, Option } from 'commander';

/** Adds `oldFlags` as a hidden alias of the option `newName`, which `command` already has. Both take the same argument. */
export function addDeprecatedAlias(command: Command, oldFlags: string, newName: `--${string}`): Command {
  const current = command.options.find(({ long }) => long === newName);
  if (!current) throw new Error(`Cannot add an alias of ${newName}: the command has no such option`);
  const alias = new Option(oldFlags).hideHelp();
  if (current.parseArg) alias.argParser(current.parseArg);
  return command.addOption(alias).on(`option:${alias.name()}`, () => {
    console.error(`Deprecated option ${alias.long}: use ${newName}`);
    command.setOptionValueWithSource(current.attributeName(), command.getOptionValue(alias.attributeName()), 'cli');
  });
}
