/** A command line as people type it, in words: spaces divide, quotes keep together. No shell is asked, so nothing else means anything. */
import { UsageError } from '#base/errors.ts';

/** @throws {UsageError} when there is no word, or a quote is not closed. */
export function wordsOf(command: string): string[] {
  const word = /(?:[^\s"']+|"[^"]*"|'[^']*')+/g;
  const words = command.match(word) ?? [];
  if (command.replace(word, '').trim() !== '')
    throw new UsageError(`a quote is not closed in ${JSON.stringify(command)}`);
  if (words.length === 0) throw new UsageError('a command is wanted, e.g. "./robot.sh --arm 2"');
  return words.map((quoted) => quoted.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
