/**
 * Stored baselines: times of earlier runs, which budgets are compared with. The file `<folder>/<name>.ndjson` has one line for each case
 * and environment. A baseline is used only in its own environment: machine, browser, key model and firmware.
 */

import type { BudgetSubject } from '#result/budget.ts';
import { budgetSubjects } from '#result/budget.ts';
import type { MeasuringEnvironment } from '../compare/environment.ts';

export const baselineSchema = 'touchstone.baseline/1';

export interface StoredBaseline {
  schema: typeof baselineSchema;
  /** Id of the case without the number of the repetition. */
  caseId: string;
  environment: MeasuringEnvironment;
  /** Id and start of the run with these times. */
  runId: string;
  startedAt: string;
  /** Times in milliseconds. */
  samples: Partial<Record<BudgetSubject, number[]>>;
}

type BaselineKey = Pick<StoredBaseline, 'caseId' | 'environment'>;

const keyOf = ({ caseId, environment: { machine, browser, key, firmware } }: BaselineKey): string =>
  JSON.stringify([caseId, machine, browser, key, firmware]);

/** Returns the last one: a file that was merged from two branches may have two for one case and environment. */
export const findBaseline = (stored: readonly StoredBaseline[], wanted: BaselineKey): StoredBaseline | undefined =>
  stored.findLast((one) => keyOf(one) === keyOf(wanted));

/** Returns `stored` with `added`, which replaces the baselines of the same cases in the same environment. */
export function withBaselines(stored: readonly StoredBaseline[], added: readonly StoredBaseline[]): StoredBaseline[] {
  const replaced = new Set(added.map(keyOf));
  return [...stored.filter((one) => !replaced.has(keyOf(one))), ...added];
}

/** Returns the first reason why `value` is not a stored baseline; undefined if it is one. */
export function findBaselineProblem(value: unknown): string | undefined {
  const { schema, caseId, environment, samples } = (value ?? {}) as Partial<StoredBaseline>;
  if (schema !== baselineSchema) return `expected the schema ${baselineSchema}`;
  if (typeof caseId !== 'string' || typeof environment !== 'object' || typeof samples !== 'object')
    return 'expected caseId, environment and samples';
  const isSample = (sample: unknown) => Array.isArray(sample) && sample.every((ms) => Number.isFinite(ms) && ms > 0);
  const wrong = Object.entries(samples).find(
    ([subject, sample]) => !budgetSubjects.includes(subject as BudgetSubject) || !isSample(sample),
  );
  return wrong && `samples.${wrong[0]}: expected the positive times of a phase`;
}
