/** Reading a master file back, to render it again. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '#base/errors.ts';
import type { RunResult } from '#result/run-result.ts';
import { isRunResult, problemOfRunResult } from './type-guards.ts';

/**
 * The run that `path` holds.
 * @throws {UsageError} when the file cannot be read, is no JSON, or is no master file of this version; the message names the member.
 */
export async function readResult(path: string): Promise<RunResult> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new UsageError(`cannot read ${path}: ${cause.message}`, { cause });
  });
  const value = parse(text, path);
  if (isRunResult(value)) return value;
  throw new UsageError(`${path} is not a Touchstone result: ${problemOfRunResult(value)}`);
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
