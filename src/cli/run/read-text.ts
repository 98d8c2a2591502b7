/** Reads a text file that the command line names. */
import { readFileSync } from 'node:fs';
import { messageOf, UsageError } from '#base/errors.ts';

/** `name` is what messages call the file. @throws {UsageError} if it cannot be read. */
export function readText(file: string, name = file): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read ${name}: ${messageOf(cause)}`, { cause });
  }
}
