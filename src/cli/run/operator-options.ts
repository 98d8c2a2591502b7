/** What `touchstone run` is told about the hands at real keys. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { durationExamples, parseDuration } from '#base/durations.ts';
import { UsageError } from '#base/errors.ts';
import type { OperatorChoice } from '#real-keys/operator/operators.ts';
import { splitCommandLine } from './split-command-line.ts';

export interface OperatorOptions {
  operator?: 'terminal' | 'none';
  /** Its words. */
  operatorCommand?: string[];
  operatorUrl?: string;
  /** Milliseconds that somebody has for each thing that is asked of them. */
  patience: number;
  bell: boolean;
}

const defaultPatience = '30s';

export const withOperatorOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--operator <who>',
        'whose hands are at real keys: terminal asks people, which is the default',
      ).choices(['terminal', 'none']),
    )
    .option(
      '--operator-command <command>',
      'a robot or hub: a program that is told what to do, and to which key',
      words,
    )
    .option('--operator-url <url>', 'a robot or hub: a server that is sent what to do, and to which key', url)
    .addOption(
      new Option('--patience <duration>', 'how long it is waited for each thing; then the case is skipped')
        .argParser(patience)
        .default(patience(defaultPatience), defaultPatience),
    )
    .option('--bell', 'ring the terminal when somebody is asked', false);

/** @throws {UsageError} when several are named. */
export function operatorChoice({ operator, operatorCommand, operatorUrl }: OperatorOptions): OperatorChoice {
  const named: OperatorChoice[] = [
    ...(operator ? [{ kind: operator }] : []),
    ...(operatorCommand ? [{ kind: 'command' as const, words: operatorCommand, folder: process.cwd() }] : []),
    ...(operatorUrl ? [{ kind: 'http' as const, url: operatorUrl }] : []),
  ];
  if (named.length > 1)
    throw new UsageError(
      'cannot have several operators: name one of --operator, --operator-command and --operator-url',
    );
  return named[0] ?? { kind: 'terminal' };
}

function words(text: string): string[] {
  try {
    return splitCommandLine(text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

function url(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new InvalidArgumentError('a URL of a server is wanted, e.g. http://127.0.0.1:8080/keys/1/handlings.');
  if (parsed.username || parsed.password)
    throw new InvalidArgumentError('no name and password may be in it: it stands in every report.');
  return parsed.href;
}

function patience(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new InvalidArgumentError(`Expected a duration such as ${durationExamples}.`);
  return parsed;
}
