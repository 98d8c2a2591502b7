/** The file `history.ndjson` in the folder of all runs: each run appends one line when it ends. */
import { existsSync } from 'node:fs';
import { appendFile, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '#base/errors.ts';
import type { RunResult } from '#result/run-result.ts';
import { findHistoryProblem, type HistoryLine, toHistoryLine } from './history-line.ts';

export const historyFile = (runsFolder: string): string => join(runsFolder, 'history.ndjson');

/** One write with one line, so that runs that end at the same time do not mix. Removes what a full disk has left of the line before. */
export async function appendToHistory(path: string, result: RunResult): Promise<void> {
  await removeIncompleteLine(path);
  await appendFile(path, `${JSON.stringify(toHistoryLine(result))}\n`);
}

async function removeIncompleteLine(path: string): Promise<void> {
  const bytes = existsSync(path) ? await readFile(path) : Buffer.alloc(0);
  const complete = bytes.lastIndexOf('\n') + 1;
  if (complete === bytes.length) return;
  if ((await stat(path)).size !== bytes.length) return; // another run is writing its line just now
  if (isJson(bytes.subarray(complete).toString())) await appendFile(path, '\n');
  else await truncate(path, complete);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the runs in the order of their start, each once: the last line of a run counts. An incomplete last line is ignored.
 * @throws {UsageError} if the file does not exist, or has another line that is not one of a history.
 */
export async function readHistory(path: string): Promise<HistoryLine[]> {
  if (!existsSync(path))
    throw new UsageError(`There is no history yet: ${path} does not exist; each run adds a line to it`);
  const lines = (await readFile(path, 'utf8')).split('\n');
  const last = lines.length - 1;
  const parsed = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [parseLine(line, `${path}:${index + 1}`)];
    } catch (error) {
      if (index === last) return []; // without a line break: it was not written to its end
      throw error;
    }
  });
  const byId = new Map(parsed.map((line) => [line.id, line]));
  return [...byId.values()].toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
}

function parseLine(line: string, place: string): HistoryLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new UsageError(`${place} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const problem = findHistoryProblem(value);
  if (problem !== undefined) throw new UsageError(`${place} is not a line of a history: ${problem}`);
  return value as HistoryLine;
}
