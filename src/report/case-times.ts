/** The file `case-times.json` in the folder of all runs: the time of each case when it passed last. The live view uses it for its estimate. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from '#result/run-result.ts';
import { writeAtomically } from './write-atomically.ts';

/** Cases that have not passed for a long time are forgotten. */
const maxCases = 20_000;

const pathIn = (runsFolder: string): string => join(runsFolder, 'case-times.json');

/** Returns milliseconds by case id; none for a file that is missing or cannot be read, because the times are only for estimates. */
export function readCaseTimes(runsFolder: string): ReadonlyMap<string, number> {
  try {
    const times: unknown = JSON.parse(readFileSync(pathIn(runsFolder), 'utf8'));
    const entries = Object.entries(times as object).filter(([, ms]) => typeof ms === 'number' && ms >= 0);
    return new Map(entries as [string, number][]);
  } catch {
    return new Map();
  }
}

/** Adds the times of the cases that passed. */
export async function writeCaseTimes(runsFolder: string, cases: readonly CaseResult[]): Promise<void> {
  const times = new Map(readCaseTimes(runsFolder));
  for (const { id, verdict, durationMs } of cases) {
    if (verdict !== 'passed') continue;
    times.delete(id); // so that it becomes the newest
    times.set(id, Math.round(durationMs));
  }
  const kept = [...times].slice(-maxCases);
  await writeAtomically(pathIn(runsFolder), `${JSON.stringify(Object.fromEntries(kept))}\n`);
}
