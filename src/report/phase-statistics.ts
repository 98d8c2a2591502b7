/** Percentiles of every phase over all cases of a run, gestures and machine apart, without those that a network slowed down. Pure. */
import type { CaseResult } from '#result/run-result.ts';
import { ceremonyMs, type Percentiles, percentiles, phaseDurationsMs } from '#result/statistics.ts';
import { type Phase, phases } from '#result/timeline.ts';
import { isRemote } from '#result/transcript.ts';
import { count } from './format.ts';
import { groupBy } from './group-by.ts';

export interface PhaseStatistics extends Percentiles {
  id: Phase | 'machine' | 'gesture';
  label: string;
  by: 'machine' | 'gesture';
  /** What one ceremony took in this phase, in milliseconds, ascending: for plots. */
  sample: number[];
}

/** Cases whose times tell something of the parties: not how long it was waited for somebody who never came. */
export const measuredCases = (cases: readonly CaseResult[]): CaseResult[] =>
  timedCases(cases).filter(({ wire }) => !isRemote(wire));

const timedCases = (cases: readonly CaseResult[]): CaseResult[] =>
  cases.filter(({ spans, verdict }) => spans.length > 0 && verdict !== 'skipped');

/** Which cases `measuredCases` leaves out though they were timed, as a sentence; `''` for none. */
export function leftOut(cases: readonly CaseResult[]): string {
  const remote = timedCases(cases).filter(({ wire }) => isRemote(wire)).length;
  return remote === 0
    ? ''
    : `Left out: ${count(remote, 'case')} with a key on another machine, whose times include the network.`;
}

/** One row for each phase that occurred, in the order of the phase table, after the totals of the ceremony; `[]` when nothing was timed. */
export function phaseStatistics(cases: readonly CaseResult[]): PhaseStatistics[] {
  const timed = measuredCases(cases);
  const measured = timed.flatMap(({ spans }) => [...phaseDurationsMs(spans)]);
  const samples = new Map<Phase, number[]>();
  for (const [phase, same] of groupBy(measured, ([phase]) => phase))
    samples.set(
      phase,
      same.map(([, ms]) => ms),
    );
  const ceremonies = timed.map(({ spans }) => ceremonyMs(spans));
  const total = (id: 'machine' | 'gesture', label: string, sample: number[]) => row(id, label, id, sample);
  return [
    ...total(
      'machine',
      'Whole ceremony, machine',
      ceremonies.map(({ machineMs }) => machineMs),
    ),
    ...total(
      'gesture',
      'Whole ceremony, gestures',
      ceremonies.map(({ gestureMs }) => gestureMs).filter((ms) => ms > 0),
    ),
    ...(Object.keys(phases) as Phase[]).flatMap((phase) =>
      row(phase, phases[phase].label, phases[phase].by, samples.get(phase) ?? []),
    ),
  ];
}

function row(
  id: PhaseStatistics['id'],
  label: string,
  by: PhaseStatistics['by'],
  sample: readonly number[],
): PhaseStatistics[] {
  return sample.length === 0
    ? []
    : [{ id, label, by, sample: sample.toSorted((a, b) => a - b), ...percentiles(sample) }];
}
