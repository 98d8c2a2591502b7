/** Splits a command line into words: spaces separate, quotes group. No shell is involved, so no other character is special. */
import { UsageError } from '#base/errors.ts';

/** @throws {UsageError} if there is no word, or if a quote is not closed. */
export function splitCommandLine(command: string): string[] {
  const word = /(?:[^\s"']+|"[^"]*"|'[^']*')+/g;
  const words = command.match(word) ?? [];
  if (command.replace(word, '').trim() !== '')
    throw new UsageError(`A quote is not closed in ${JSON.stringify(command)}`);
  if (words.length === 0) throw new UsageError('Expected a command, e.g. "./robot.sh --arm 2"');
  return words.map((quoted) => quoted.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
