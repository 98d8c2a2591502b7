/**
 * Compares the times of two runs, phase by phase. Different cases take different times, so each case is compared with itself: cases that
 * were repeated as samples, other cases in pairs. A phase is slower when the whole interval of the ratio is above the tolerance; when
 * the interval neither excludes a change nor shows one, the comparison is inconclusive. Pure.
 */
import {
  bootstrapDifferenceInterval,
  bootstrapInterval,
  estimateOf,
  type Interval,
  minSampleSize,
  trimmedMeanEstimate,
} from '#result/bootstrap.ts';
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult } from '#result/run-result.ts';
import { ceremonyMs, median, outliersOf, phaseDurationsMs } from '#result/statistics.ts';
import { type Phase, phases } from '#result/timeline.ts';
import { measuredCases } from '../phase-statistics.ts';

export interface CompareOptions {
  /** A phase may take this many times as long as before; e.g. 1.05. */
  maxRatio: number;
  /** Probability that an interval contains the true ratio. */
  confidence: number;
  /** Smaller changes are not slower or faster, in milliseconds. */
  minDifferenceMs: number;
  seed?: number;
}

export const defaultCompareOptions: CompareOptions = { maxRatio: 1.05, confidence: 0.9, minDifferenceMs: 1 };

/** `unchanged`: a change beyond the tolerance is excluded. `inconclusive`: too few values, or an interval that is too wide. */
type TimeVerdict = 'slower' | 'faster' | 'unchanged' | 'inconclusive';

export interface PhaseComparison {
  id: Phase | 'machine';
  label: string;
  by: 'machine' | 'gesture';
  /** Number of values of the smaller sample, or of pairs. */
  n: number;
  /** Medians in milliseconds, before and after. */
  beforeMs: number;
  afterMs: number;
  /** Trimmed mean of after / before on a logarithmic scale, and its interval. */
  ratio: number;
  interval: Interval;
  /** Number of values that are far from the median. */
  outliers: number;
  verdict: TimeVerdict;
}

/** The times of one phase in milliseconds: those of one case, by its id without the number of the repetition. */
interface CaseTimes {
  before: number[];
  after: number[];
}

/** Returns the whole ceremony, then one row for each phase that both runs have, in the order of the phase table. */
export function comparePhases(
  before: readonly CaseResult[],
  after: readonly CaseResult[],
  options: CompareOptions,
): PhaseComparison[] {
  const times = timesByPhase(before, after);
  const whole = { id: 'machine' as const, label: 'Whole ceremony, machine', by: 'machine' as const };
  const heads = (Object.keys(phases) as Phase[]).map((id) => ({ id, label: phases[id].label, by: phases[id].by }));
  return [whole, ...heads].flatMap((head) => {
    const both = (times.get(head.id) ?? []).filter((one) => one.before.length > 0 && one.after.length > 0);
    return both.length === 0 ? [] : [{ ...head, ...compareTimes(both, options) }];
  });
}

type Side = keyof CaseTimes;

function timesByPhase(
  before: readonly CaseResult[],
  after: readonly CaseResult[],
): Map<PhaseComparison['id'], CaseTimes[]> {
  const table = new Map<PhaseComparison['id'], Map<string, CaseTimes>>();
  const add = (result: CaseResult, side: Side) => {
    for (const [phase, ms] of durationsOf(result)) {
      if (ms <= 0) continue; // has no ratio
      const ofPhase = table.get(phase) ?? new Map<string, CaseTimes>();
      const ofCase = ofPhase.get(baseCaseId(result.id)) ?? { before: [], after: [] };
      ofCase[side].push(ms);
      table.set(phase, ofPhase.set(baseCaseId(result.id), ofCase));
    }
  };
  for (const result of measuredCases(before)) add(result, 'before');
  for (const result of measuredCases(after)) add(result, 'after');
  return new Map([...table].map(([phase, ofPhase]) => [phase, [...ofPhase.values()]]));
}

const durationsOf = ({ spans }: CaseResult): Map<PhaseComparison['id'], number> =>
  new Map<PhaseComparison['id'], number>([['machine', ceremonyMs(spans).machineMs], ...phaseDurationsMs(spans)]);

function compareTimes(times: readonly CaseTimes[], options: CompareOptions) {
  const isRepeated = times.every(({ before, after }) => Math.min(before.length, after.length) >= minSampleSize);
  const change = isRepeated ? compareSamples(times, options) : comparePairs(times, options);
  const beforeMs = median(times.flatMap(({ before }) => before));
  const row = {
    n: change.n,
    beforeMs,
    afterMs: median(times.flatMap(({ after }) => after)),
    ratio: Math.exp(change.difference),
    interval: { lower: Math.exp(change.interval.lower), upper: Math.exp(change.interval.upper) },
    outliers: change.outliers,
  };
  return { ...row, verdict: verdictOf(row, options) };
}

/** A change on a logarithmic scale. */
interface Change {
  n: number;
  difference: number;
  interval: Interval;
  outliers: number;
}

/** Subtracts from each case its own centre, which is the same before and after, so that cases of any length can be pooled. */
function compareSamples(times: readonly CaseTimes[], { confidence, seed = 1 }: CompareOptions): Change {
  const centred = times.map(({ before, after }) => {
    const logs = { before: before.map(Math.log), after: after.map(Math.log) };
    const centre = (median(logs.before) + median(logs.after)) / 2;
    return { before: logs.before.map((value) => value - centre), after: logs.after.map((value) => value - centre) };
  });
  const before = centred.flatMap((one) => one.before);
  const after = centred.flatMap((one) => one.after);
  return {
    n: Math.min(before.length, after.length),
    difference: estimateOf(after, trimmedMeanEstimate) - estimateOf(before, trimmedMeanEstimate),
    interval: bootstrapDifferenceInterval(after, before, trimmedMeanEstimate, { confidence, seed }),
    outliers: outliersOf(before).length + outliersOf(after).length,
  };
}

/** Compares each value with the one of the same case and repetition. */
function comparePairs(times: readonly CaseTimes[], { confidence, seed = 1 }: CompareOptions): Change {
  const differences = times.flatMap(({ before, after }) =>
    after.slice(0, before.length).map((ms, index) => Math.log(ms / (before[index] ?? ms))),
  );
  return {
    n: differences.length,
    difference: estimateOf(differences, trimmedMeanEstimate),
    interval: bootstrapInterval(differences, trimmedMeanEstimate, { confidence, seed }),
    outliers: outliersOf(differences).length,
  };
}

function verdictOf(
  { n, beforeMs, ratio, interval }: Pick<PhaseComparison, 'n' | 'beforeMs' | 'ratio' | 'interval'>,
  { maxRatio, minDifferenceMs }: CompareOptions,
): TimeVerdict {
  if (n < minSampleSize) return 'inconclusive';
  if (Math.abs(ratio - 1) * beforeMs < minDifferenceMs) return 'unchanged';
  if (interval.lower > maxRatio) return 'slower';
  if (interval.upper < 1 / maxRatio) return 'faster';
  return interval.lower >= 1 / maxRatio && interval.upper <= maxRatio ? 'unchanged' : 'inconclusive';
}
