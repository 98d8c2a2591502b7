/** Runs whose phases take given times, for tests of comparisons, budgets and history. */
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { createSeededNumbers } from '#result/seeded-numbers.ts';
import { ceremonyMs } from '#result/statistics.ts';
import { lognormalSample } from '#result/testing/lognormal-sample.ts';
import type { Phase, Span } from '#result/timeline.ts';
import { assembleResult } from '../assemble-result.ts';
import { sampleCase, sampleRun } from './sample-runs.ts';

/** Returns the spans one after the other. */
function spansOf(durations: Partial<Record<Phase, number>>): Span[] {
  let startMs = 0;
  return (Object.entries(durations) as [Phase, number][]).map(([phase, durationMs]) => {
    const span = { phase, label: phase, startMs, durationMs };
    startMs += durationMs;
    return span;
  });
}

const passedCase = sampleCase();
const { run: sampleFacts } = sampleRun();

/** Returns a passed case with these times; `overrides` change any other member. */
export function timedCase(
  id: string,
  durations: Partial<Record<Phase, number>>,
  overrides: Partial<CaseResult> = {},
): CaseResult {
  const spans = spansOf(durations);
  const { gestureMs, machineMs } = ceremonyMs(spans);
  return { ...passedCase, id, spans, gestureMs, machineMs, wire: [], attachments: [], ...overrides };
}

let serial = 0;

/** Returns a run with an id of its own. */
export const runOf = (cases: readonly CaseResult[], facts: Partial<RunResult['run']> = {}): RunResult =>
  assembleResult(
    {
      run: { ...sampleFacts, id: `run-${++serial}`, machine: 'test machine', ...facts },
      cases,
      errors: [],
      interrupted: false,
    },
    (text) => text,
  );

/** Median times of the simulated ceremony. */
const simulated: Partial<Record<Phase, number>> = {
  page: 60,
  'rp-options': 12,
  'get-info': 8,
  pin: 45,
  'make-credential': 180,
  'rp-verify': 15,
};

/** Returns a run of one case, repeated `n` times, whose phases take `factors` times as long as usual. */
export function simulatedRun(seed: number, n: number, factors: Partial<Record<Phase, number>> = {}): RunResult {
  const next = createSeededNumbers(seed);
  const phases = Object.entries(simulated) as [Phase, number][];
  const samples = phases.map(([phase, medianMs]) => ({
    phase,
    sample: lognormalSample(next, { n, medianMs: medianMs * (factors[phase] ?? 1) }),
  }));
  const cases = Array.from({ length: n }, (_, index) =>
    timedCase('repeated', Object.fromEntries(samples.map(({ phase, sample }) => [phase, sample[index]]))),
  );
  return runOf(cases);
}
