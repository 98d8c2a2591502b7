/** Writes files in one step, so that a reader never gets an incomplete one. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Writes to a temporary file beside `path`, piece by piece, then renames it: a reader gets the old file or the new one. */
export async function writeAtomically(
  path: string,
  content: string | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const temporary = temporaryPathBeside(path);
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

let serial = 0;

/** Returns an unused hidden name in the folder of `path`. */
export const temporaryPathBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}.${++serial}`);
