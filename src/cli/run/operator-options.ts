/** The options of `touchstone run` that choose the operator, who performs manual actions on real keys. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { messageOf, UsageError } from '#base/errors.ts';
import type { OperatorChoice } from '#real-keys/operator/operators.ts';
import { parseMilliseconds } from '../commands/option-parsers.ts';
import { addDeprecatedAlias } from './deprecated-option.ts';
import { splitCommandLine } from './split-command-line.ts';

export interface OperatorOptions {
  operator?: 'terminal' | 'none';
  /** Program and arguments. */
  operatorCommand?: string[];
  operatorUrl?: string;
  /** Time limit for each manual action, in milliseconds. */
  gestureTimeout: number;
  bell: boolean;
}

const defaultGestureTimeout = '30s';

export const withOperatorOptions = (command: Command): Command =>
  addDeprecatedAlias(
    command
      .addOption(
        new Option(
          '--operator <who>',
          'Who performs manual actions on real keys: terminal asks a person (default), none skips the case',
        ).choices(['terminal', 'none']),
      )
      .option(
        '--operator-command <command>',
        'Start this program (a robot or USB hub) with each action and the address of the key',
        parseWords,
      )
      .option('--operator-url <url>', 'Send each action to this server (a robot or USB hub)', parseUrl)
      .addOption(
        new Option('--gesture-timeout <duration>', 'Time limit for each manual action; after it, the case is skipped')
          .argParser(parseMilliseconds)
          .default(parseMilliseconds(defaultGestureTimeout), defaultGestureTimeout),
      )
      .option('--bell', 'Ring the terminal bell when a manual action is requested', false),
    '--patience <duration>',
    '--gesture-timeout',
  );

/** @throws {UsageError} if the options name several operators. */
export function operatorChoice({ operator, operatorCommand, operatorUrl }: OperatorOptions): OperatorChoice {
  const choices: OperatorChoice[] = [
    ...(operator ? [{ kind: operator }] : []),
    ...(operatorCommand ? [{ kind: 'command' as const, words: operatorCommand, folder: process.cwd() }] : []),
    ...(operatorUrl ? [{ kind: 'http' as const, url: operatorUrl }] : []),
  ];
  const [choice = { kind: 'terminal' }, ...others] = choices;
  if (others.length > 0)
    throw new UsageError('Expected only one of --operator, --operator-command and --operator-url, got several');
  return choice;
}

function parseWords(text: string): string[] {
  try {
    return splitCommandLine(text);
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}

function parseUrl(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new InvalidArgumentError('Expected an HTTP URL, e.g. http://127.0.0.1:8080/keys/1/handlings.');
  if (parsed.username || parsed.password)
    throw new InvalidArgumentError('Expected a URL without user name and password, because reports contain the URL.');
  return parsed.href;
}
