/** Finds the result of a run that `touchstone report` names: a folder, a master file or a journal. */
import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { RunResult } from '#result/run-result.ts';
import { journalFile } from './journal.ts';
import { readJournal } from './read-journal.ts';
import { readResult } from './read-result.ts';
import { formats } from './renderer.ts';

/**
 * Returns the run and its folder. A run whose folder has a journal did not end.
 * @throws {UsageError} if there is no result or it cannot be read.
 */
export async function findResult(path: string): Promise<{ folder: string; result: RunResult }> {
  if (extname(path) === extname(journalFile)) return { folder: dirname(path), result: await readJournal(path) };
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return { folder: dirname(path), result: await readResult(path) };
  const journal = join(path, journalFile);
  const result = existsSync(journal) ? readJournal(journal) : readResult(join(path, formats.json));
  return { folder: path, result: await result };
}
