/** Evaluates the budgets of a run: the times of each case against absolute limits and against baselines. Pure. */
import {
  type BootstrapOptions,
  bootstrapDifferenceInterval,
  estimateOf,
  type Interval,
  minSampleSize,
  quantileEstimate,
} from '#result/bootstrap.ts';
import { type Budget, type BudgetResult, budgetStatistics, type Measurement } from '#result/budget.ts';
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { ceremonyMs, phaseDurationsMs } from '#result/statistics.ts';
import { isRemote } from '#result/transcript.ts';
import { describeEnvironment, environmentOf } from '../compare/environment.ts';
import { formatMs } from '../format.ts';
import { groupBy } from '../group-by.ts';
import { findBaseline, type StoredBaseline } from './stored-baseline.ts';

export interface BudgetInputs {
  cases: readonly CaseResult[];
  run: RunResult['run'];
  /** Stored baselines by name. */
  baselines: ReadonlyMap<string, readonly StoredBaseline[]>;
}

/** Returns one result for each budget of each case, however often the case was repeated. */
export function evaluateBudgets(inputs: BudgetInputs): BudgetResult[] {
  const withBudgets = inputs.cases.filter(({ budgets, measurement }) => budgets && measurement?.role !== 'baseline');
  return [...groupBy(withBudgets, ({ id }) => baseCaseId(id))].flatMap(([caseId, repetitions]) =>
    (repetitions[0]?.budgets ?? []).map((budget) => evaluate(budget, caseId, repetitions, inputs)),
  );
}

/** What is known about a budget before its limit is looked at. */
type Measured = Omit<BudgetResult, 'verdict' | 'message'>;

function evaluate(
  budget: Budget,
  caseId: string,
  repetitions: readonly CaseResult[],
  inputs: BudgetInputs,
): BudgetResult {
  const sample = durationsOf(valuesOf(repetitions, 'value'), budget.subject);
  const { q, minValues } = budgetStatistics[budget.statistic];
  const measured: Measured = { ...budget, caseId, n: sample.length };
  const needed = Math.max(minValues, budget.ratio ? minSampleSize : 1);
  if (sample.length < needed) {
    const message = `${nameOf(budget)} has ${sample.length} values, expected at least ${needed}`;
    return { ...measured, verdict: 'inconclusive', message };
  }
  const valueMs = estimateOf(sample, quantileEstimate(q));
  if (!budget.ratio) return compareWithLimit({ ...measured, valueMs }, budget.maxMs ?? Number.POSITIVE_INFINITY);
  const baseline = baselineOf(budget.ratio, caseId, repetitions, inputs);
  if ('problem' in baseline) return { ...measured, valueMs, verdict: 'inconclusive', message: baseline.problem };
  return compareWithBaseline({ ...measured, valueMs }, budget.ratio, sample, baselineSample(baseline, budget));
}

function compareWithLimit(measured: Measured, maxMs: number): BudgetResult {
  const { valueMs = Number.NaN } = measured;
  const verdict = valueMs <= maxMs ? 'passed' : 'failed';
  const [value, limit] = formatDifferently(valueMs, maxMs);
  const message = `${nameOf(measured)} is ${value}, the limit is ${limit}`;
  return { ...measured, verdict, message };
}

/** Returns both times; in full if they would look the same although they differ. */
function formatDifferently(a: number, b: number): [string, string] {
  const inFull = (ms: number) => `${Number(ms.toFixed(3))} ms`;
  return formatMs(a) === formatMs(b) && a !== b ? [inFull(a), inFull(b)] : [formatMs(a), formatMs(b)];
}

/** The limit is broken only if the whole interval of the ratio is above it, and kept only if the whole interval is not. */
function compareWithBaseline(
  measured: Measured,
  { max, confidence }: NonNullable<Budget['ratio']>,
  sample: readonly number[],
  baseline: readonly number[],
): BudgetResult {
  const { q } = budgetStatistics[measured.statistic];
  if (baseline.length < minSampleSize) {
    const message = `${nameOf(measured)}: the baseline has ${baseline.length} values, expected at least ${minSampleSize}`;
    return { ...measured, verdict: 'inconclusive', message };
  }
  const baselineMs = estimateOf(baseline, quantileEstimate(q));
  const measuredRatio = (measured.valueMs ?? Number.NaN) / baselineMs;
  const interval = ratioInterval(sample, baseline, q, { confidence });
  const verdict = interval.lower > max ? 'failed' : interval.upper <= max ? 'passed' : 'inconclusive';
  const range = `${measuredRatio.toFixed(2)} [${interval.lower.toFixed(2)}, ${interval.upper.toFixed(2)}]`;
  const message = `${nameOf(measured)} is ${range} times the baseline, the limit is ${max}`;
  return { ...measured, baselineMs, measuredRatio, interval, verdict, message };
}

function ratioInterval(
  sample: readonly number[],
  baseline: readonly number[],
  q: number,
  options: BootstrapOptions,
): Interval {
  const estimate = quantileEstimate(q);
  const logs = [sample, baseline].map((values) => values.map(Math.log));
  const { lower, upper } = bootstrapDifferenceInterval(logs[0] ?? [], logs[1] ?? [], estimate, options);
  return { lower: Math.exp(lower), upper: Math.exp(upper) };
}

type FoundBaseline = { cases: readonly CaseResult[] } | { stored: StoredBaseline };

/** Returns the cases that ran in turn with this one, or the stored baseline of the same environment. */
function baselineOf(
  { baseline: name }: NonNullable<Budget['ratio']>,
  caseId: string,
  repetitions: readonly CaseResult[],
  { cases, run, baselines }: BudgetInputs,
): FoundBaseline | { problem: string } {
  if (name === undefined) {
    const interleaved = cases.filter(({ measurement }) => measurement?.caseId === caseId);
    return { cases: valuesOf(interleaved, 'baseline') };
  }
  const [first] = valuesOf(repetitions, 'value');
  if (first === undefined) return { problem: 'No repetition of the case passed' };
  const environment = environmentOf(first, run);
  const stored = findBaseline(baselines.get(name) ?? [], { caseId, environment });
  if (stored) return { stored };
  const remedy = `store one with touchstone baseline ${name}`;
  return { problem: `There is no baseline ${name} for ${describeEnvironment(environment)}: ${remedy}` };
}

const baselineSample = (found: FoundBaseline, { subject }: Budget): number[] =>
  'stored' in found ? (found.stored.samples[subject] ?? []) : durationsOf(found.cases, subject);

/** Returns the repetitions with usable times. A case without `measure` has no role and is its own value. */
export const valuesOf = (cases: readonly CaseResult[], role: Measurement['role']): CaseResult[] =>
  cases.filter(
    ({ verdict, measurement, wire }) =>
      (verdict === 'passed' || verdict === 'flaky') && (measurement?.role ?? 'value') === role && !isRemote(wire),
  );

/** Returns the times of a phase, or of the whole ceremony, in milliseconds. Cases without the phase are left out. */
export const durationsOf = (cases: readonly CaseResult[], subject: Budget['subject']): number[] =>
  cases
    .map(({ spans }) =>
      subject === 'registration' ? ceremonyMs(spans).machineMs : (phaseDurationsMs(spans).get(subject) ?? 0),
    )
    .filter((ms) => ms > 0);

const nameOf = ({ subject, statistic }: Pick<Budget, 'subject' | 'statistic'>): string => `${subject}.${statistic}`;
