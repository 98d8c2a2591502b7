/** Finds the result of a run by a folder, a `result.json`, or a master file (`result.ndjson`). */
import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { UsageError } from '#base/errors.ts';
import type { RunResult } from '#result/run-result.ts';
import { journalFile } from './journal.ts';
import { readJournal } from './read-journal.ts';
import { readResult } from './read-result.ts';
import { formats } from './renderer.ts';

export interface FoundRun {
  folder: string;
  result: RunResult;
}

/**
 * Returns the run and its folder. A run whose folder has a master file and no `result.json` did not end.
 * @throws {UsageError} if there is no result or it cannot be read.
 */
export async function findResult(path: string): Promise<FoundRun> {
  if (extname(path) === extname(journalFile)) return { folder: dirname(path), result: await readJournal(path) };
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return { folder: dirname(path), result: await readResult(path) };
  const json = join(path, formats.json);
  const journal = join(path, journalFile);
  if (!existsSync(json) && !existsSync(journal))
    throw new UsageError(`Cannot find a run in ${path}: expected ${formats.json} or ${journalFile}`);
  const result = !existsSync(json) && existsSync(journal) ? readJournal(journal) : readResult(json);
  return { folder: path, result: await result };
}

/**
 * Returns the run that `name` names: a folder, a file, or the id of a run in `runsFolder`.
 * @throws {UsageError} if there is no such run or it cannot be read.
 */
export async function findRun(name: string, runsFolder: string): Promise<FoundRun> {
  const inFolder = join(runsFolder, name);
  if (existsSync(name)) return findResult(name);
  if (existsSync(inFolder)) return findResult(inFolder);
  throw new UsageError(
    `Cannot find the run ${name}: expected a folder, a result file, or the id of a run in ${runsFolder}`,
  );
}
