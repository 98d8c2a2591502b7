/** Reads `result.json` of an earlier run, so that its reports can be rendered again. */
import { readFile } from 'node:fs/promises';
import { messageOf, UsageError } from '#base/errors.ts';
import { type RunResult, resultSchema } from '#result/run-result.ts';
import { findInconsistency } from './find-inconsistency.ts';
import { findVersionProblem, schemaOf } from './format-version.ts';
import { parseByCase } from './parse-by-case.ts';
import { findRunResultProblem, isRunResult } from './type-guards.ts';

/**
 * Returns the run in the `result.json` at `path`.
 * @throws {UsageError} if the file cannot be read, is not JSON, or is not a master file of this version; the message names the member.
 */
export async function readResult(path: string): Promise<RunResult> {
  const value = (await parseByCase(path)) ?? parseJson(await readText(path), path);
  if (isRunResult(value)) return checkedResult(value, path);
  const versionProblem = findVersionProblem(schemaOf(value), resultSchema);
  if (versionProblem !== undefined) throw new UsageError(`Cannot read ${path}: ${versionProblem}`);
  throw new UsageError(`${path} is not a Touchstone result: ${findRunResultProblem(value)}`);
}

/**
 * Returns the result.
 * @throws {UsageError} if it has other cases than its totals count.
 */
export function checkedResult(result: RunResult, path: string): RunResult {
  const problem = findInconsistency(result);
  if (problem === undefined) return result;
  throw new UsageError(`${path} is damaged or was changed: ${problem}`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
