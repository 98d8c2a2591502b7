/** Reads a text file that the command line names. */
import { readFileSync } from 'node:fs';
import { messageOf, UsageError } from '#base/errors.ts';

/** @throws {UsageError} if the file cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
