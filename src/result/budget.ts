/** Performance budgets: what a scenario allows, what was measured, and the verdict. Pure data. */
import type { Interval } from './bootstrap.ts';
import type { SourceLocation } from './source-location.ts';
import { type Phase, phases } from './timeline.ts';

/** Quantiles that a budget may limit, with the number of values that they need at least. */
export const budgetStatistics = {
  median: { q: 0.5, minValues: 1 },
  p75: { q: 0.75, minValues: 4 },
  p95: { q: 0.95, minValues: 20 },
  p99: { q: 0.99, minValues: 100 },
} as const satisfies Record<string, { q: number; minValues: number }>;

export type BudgetStatistic = keyof typeof budgetStatistics;

/** `registration` is the machine time of the whole ceremony. */
export type BudgetSubject = 'registration' | Phase;

export const budgetSubjects: readonly BudgetSubject[] = [
  'registration',
  ...(Object.keys(phases) as Phase[]).filter((phase) => phases[phase].by === 'machine'),
];

export interface BudgetLimit {
  /** Absolute limit in milliseconds. */
  maxMs?: number;
  /** Limit as a multiple of a baseline. */
  ratio?: {
    max: number;
    /** Probability that the interval contains the true ratio. */
    confidence: number;
    /** Name of a stored baseline; absent: the baseline that the scenario measures in turn with its own case. */
    baseline?: string;
  };
}

export interface Budget extends BudgetLimit {
  subject: BudgetSubject;
  statistic: BudgetStatistic;
  location: SourceLocation;
}

/** `inconclusive`: too few values, no baseline for this environment, or an interval that contains the limit. */
export type BudgetVerdict = 'passed' | 'failed' | 'inconclusive';

export interface BudgetResult extends Budget {
  /** Id of the case without the number of the repetition. */
  caseId: string;
  verdict: BudgetVerdict;
  /** What was found and what was expected, in one sentence. */
  message: string;
  /** Number of values, without those of the warm-up. */
  n: number;
  /** The quantile in milliseconds; absent without values. */
  valueMs?: number;
  /** The quantile of the baseline in milliseconds. */
  baselineMs?: number;
  measuredRatio?: number;
  interval?: Interval;
}

/**
 * Why a repetition of a case ran: to warm up, as a value of the case, or as a value of the baseline that it is compared with in turn.
 */
export interface Measurement {
  role: 'warm-up' | 'value' | 'baseline';
  /** Id of the case that has the budgets. */
  caseId: string;
}
