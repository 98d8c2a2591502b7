/**
 * Percentiles of every phase over all cases of a run, gesture time apart from machine time. Cases with a key on another machine are
 * excluded, because their times include the network. Pure.
 */
import type { CaseResult } from '#result/run-result.ts';
import {
  ceremonyMs,
  medianAbsoluteDeviation,
  outliersOf,
  type Percentiles,
  percentiles,
  phaseDurationsMs,
} from '#result/statistics.ts';
import { type Phase, phases } from '#result/timeline.ts';
import { isRemote } from '#result/transcript.ts';
import { count } from './format.ts';
import { groupBy } from './group-by.ts';

export interface PhaseStatistics extends Percentiles {
  id: Phase | 'machine' | 'gesture';
  label: string;
  by: 'machine' | 'gesture';
  /** Median absolute deviation, in milliseconds. */
  mad: number;
  /** Number of times that are far from the median. They are part of the sample. */
  outliers: number;
  /** Durations of this phase in milliseconds, one for each ceremony, ascending; for plots. */
  sample: number[];
}

/** Returns the cases whose times are compared: without skipped cases, which only waited, warm-ups, baselines, and cases with a remote key. */
export const measuredCases = (cases: readonly CaseResult[]): CaseResult[] =>
  timedCases(cases).filter(({ wire }) => !isRemote(wire));

const timedCases = (cases: readonly CaseResult[]): CaseResult[] =>
  cases.filter(
    ({ spans, verdict, measurement }) =>
      spans.length > 0 && verdict !== 'skipped' && (measurement === undefined || measurement.role === 'value'),
  );

/** Returns a sentence about the timed cases that `measuredCases` excludes; `''` if there are none. */
export function describeExcludedCases(cases: readonly CaseResult[]): string {
  const remote = timedCases(cases).filter(({ wire }) => isRemote(wire)).length;
  return remote === 0
    ? ''
    : `Not included: ${count(remote, 'case')} with a key on another machine, whose times include the network.`;
}

/** Returns the totals of the ceremony, then one row for each phase that occurred, in the order of the phase table. */
export function phaseStatistics(cases: readonly CaseResult[]): PhaseStatistics[] {
  const ceremonies = measuredCases(cases).map(({ spans }) => ceremonyMs(spans));
  const machine = ceremonies.map(({ machineMs }) => machineMs);
  const gestures = ceremonies.map(({ gestureMs }) => gestureMs).filter((ms) => ms > 0);
  const samples = phaseSamples(cases);
  return [
    ...toRow({ id: 'machine', label: 'Whole ceremony, machine', by: 'machine' }, machine),
    ...toRow({ id: 'gesture', label: 'Whole ceremony, gestures', by: 'gesture' }, gestures),
    ...(Object.keys(phases) as Phase[]).flatMap((phase) =>
      toRow({ id: phase, label: phases[phase].label, by: phases[phase].by }, samples.get(phase) ?? []),
    ),
  ];
}

/** Durations in milliseconds by phase, one for each ceremony with the phase. */
function phaseSamples(cases: readonly CaseResult[]): Map<Phase, number[]> {
  const measured = measuredCases(cases).flatMap(({ spans }) => [...phaseDurationsMs(spans)]);
  const groups = groupBy(measured, ([phase]) => phase);
  return new Map([...groups].map(([phase, durations]) => [phase, durations.map(([, ms]) => ms)]));
}

/** Returns no row for an empty sample. */
const toRow = (head: Pick<PhaseStatistics, 'id' | 'label' | 'by'>, sample: readonly number[]): PhaseStatistics[] =>
  sample.length === 0
    ? []
    : [
        {
          ...head,
          sample: sample.toSorted((a, b) => a - b),
          ...percentiles(sample),
          mad: medianAbsoluteDeviation(sample),
          outliers: outliersOf(sample).length,
        },
      ];
