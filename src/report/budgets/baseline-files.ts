/** Reads and writes the files of stored baselines, and takes baselines from a run. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '#base/errors.ts';
import { minSampleSize } from '#result/bootstrap.ts';
import { budgetSubjects } from '#result/budget.ts';
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { environmentOf } from '../compare/environment.ts';
import { groupBy } from '../group-by.ts';
import { writeAtomically } from '../write-atomically.ts';
import { durationsOf, valuesOf } from './evaluate-budgets.ts';
import { baselineSchema, findBaselineProblem, type StoredBaseline, withBaselines } from './stored-baseline.ts';

const fileOf = (folder: string, name: string): string => join(folder, `${name}.ndjson`);

/**
 * Returns the baselines that the budgets of `cases` name. A name without a file has no baselines.
 * @throws {UsageError} if a file cannot be read, or has a line that is no baseline.
 */
export async function readBaselines(
  folder: string,
  cases: readonly CaseResult[],
): Promise<Map<string, StoredBaseline[]>> {
  const names = new Set(cases.flatMap(({ budgets = [] }) => budgets.flatMap(({ ratio }) => ratio?.baseline ?? [])));
  const entries = [...names].map(async (name) => [name, await readBaseline(folder, name)] as const);
  return new Map(await Promise.all(entries));
}

export async function readBaseline(folder: string, name: string): Promise<StoredBaseline[]> {
  const path = fileOf(folder, name);
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => parseLine(line, `${path}:${index + 1}`));
}

function parseLine(line: string, place: string): StoredBaseline {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new UsageError(`${place} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const problem = findBaselineProblem(value);
  if (problem !== undefined) throw new UsageError(`${place} is not a baseline: ${problem}`);
  return value as StoredBaseline;
}

/** Adds `added` to the file; baselines of the same cases in the same environment are replaced. Returns the path. */
export async function storeBaselines(folder: string, name: string, added: readonly StoredBaseline[]): Promise<string> {
  const all = withBaselines(await readBaseline(folder, name), added);
  await mkdir(folder, { recursive: true });
  const path = fileOf(folder, name);
  await writeAtomically(path, all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return path;
}

/** Returns a baseline for each case of the run with enough passed repetitions. */
export function baselinesOf({ run, cases }: RunResult): StoredBaseline[] {
  return [...groupBy(valuesOf(cases, 'value'), ({ id }) => baseCaseId(id))].flatMap(([caseId, repetitions]) => {
    const [first] = repetitions;
    if (first === undefined || repetitions.length < minSampleSize) return [];
    const samples = budgetSubjects.flatMap((subject) => {
      const sample = durationsOf(repetitions, subject);
      return sample.length < minSampleSize ? [] : [[subject, sample.map(roundToMicroseconds)] as const];
    });
    const { id: runId, startedAt } = run;
    const environment = environmentOf(first, run);
    return [{ schema: baselineSchema, caseId, environment, runId, startedAt, samples: Object.fromEntries(samples) }];
  });
}

const roundToMicroseconds = (ms: number): number => Math.max(0.001, Math.round(ms * 1000) / 1000);
