import { describe, expect, it } from 'vitest';
import type { Budget, Measurement } from '#result/budget.ts';
import type { CaseResult } from '#result/run-result.ts';
import { assembleResult } from '../assemble-result.ts';
import { environmentOf } from '../compare/environment.ts';
import { runOf, timedCase } from '../testing/timed-runs.ts';
import { baselinesOf } from './baseline-files.ts';
import type { StoredBaseline } from './stored-baseline.ts';

const location = { file: 'a.yaml', line: 4, column: 3 };
const limit = (maxMs: number): Budget => ({ subject: 'pin', statistic: 'median', maxMs, location });
const ratio = (max: number, baseline?: string): Budget => ({
  subject: 'pin',
  statistic: 'median',
  ratio: { max, confidence: 0.9, ...(baseline && { baseline }) },
  location,
});

/** Returns repetitions of a case whose PIN protocol takes `ms(index)`. */
const repetitions = (n: number, ms: (index: number) => number, more: Partial<CaseResult> = {}): CaseResult[] =>
  Array.from({ length: n }, (_, index) => timedCase('a', { pin: ms(index) }, more));
const role = (name: Measurement['role']) => ({ measurement: { role: name, caseId: 'a' } });

function evaluate(cases: readonly CaseResult[], stored: readonly StoredBaseline[] = []) {
  const { run } = runOf([]);
  const baselines = new Map([['main', stored]]);
  return assembleResult({ run, cases, errors: [], interrupted: false, baselines }, (text) => text).budgets;
}

describe('an absolute budget', () => {
  it('is kept or exceeded by all repetitions together', () => {
    const cases = repetitions(9, (index) => 10 + index, { budgets: [limit(14), limit(13.9)] });
    expect(evaluate(cases)).toMatchObject([
      { caseId: 'a', verdict: 'passed', n: 9, valueMs: 14 },
      { verdict: 'failed', message: 'pin.median is 14 ms, the limit is 13.9 ms' },
    ]);
  });

  it('leaves out the warm-up, failed cases and cases with a key on another machine', () => {
    const budgets = [limit(20)];
    const cases = [
      ...repetitions(3, () => 900, { budgets, ...role('warm-up') }),
      ...repetitions(3, () => 900, { budgets, verdict: 'failed' }),
      ...repetitions(5, () => 10, { budgets, ...role('value') }),
    ];
    expect(evaluate(cases)).toMatchObject([{ verdict: 'passed', n: 5, valueMs: 10 }]);
  });

  it('is inconclusive without values', () => {
    expect(evaluate(repetitions(2, () => 10, { budgets: [limit(20)], verdict: 'failed' }))).toMatchObject([
      { verdict: 'inconclusive', message: 'pin.median has 0 values, expected at least 1' },
    ]);
  });
});

describe('a budget relative to the baseline that runs in turn', () => {
  const inTurn = (factor: number, spread = 0.01) => [
    ...repetitions(20, (index) => factor * (100 + spread * 100 * (index % 5)), {
      budgets: [ratio(1.1)],
      ...role('value'),
    }),
    ...repetitions(20, (index) => 100 + spread * 100 * (index % 5), role('baseline')).map((one) => ({
      ...one,
      id: 'a@baseline',
    })),
  ];

  it('is exceeded, kept or inconclusive by the whole interval of the ratio', () => {
    expect(evaluate(inTurn(1.3))).toMatchObject([{ verdict: 'failed', n: 20 }]);
    expect(evaluate(inTurn(1.05))).toMatchObject([{ verdict: 'passed' }]);
    expect(evaluate(inTurn(1.1, 0.3))).toMatchObject([{ verdict: 'inconclusive' }]);
    expect(evaluate(inTurn(1.3))?.[0]?.measuredRatio).toBeCloseTo(1.3);
  });

  it('is inconclusive if the baseline has fewer than 10 values', () => {
    const cases = inTurn(1.3).slice(0, 29);
    expect(evaluate(cases)?.[0]).toMatchObject({
      verdict: 'inconclusive',
      message: 'pin.median: the baseline has 9 values, expected at least 10',
    });
  });
});

describe('a budget relative to a stored baseline', () => {
  const cases = repetitions(20, (index) => 130 + (index % 5), { budgets: [ratio(1.1, 'main')] });
  const stored = baselinesOf(runOf(repetitions(20, (index) => 100 + (index % 5))));

  it('is compared with the baseline of the same case and environment', () => {
    expect(evaluate(cases, stored)).toMatchObject([{ verdict: 'failed', baselineMs: 102 }]);
  });

  it('uses the last line of a case and environment', () => {
    const older = stored.map((one) => ({ ...one, samples: { pin: Array(20).fill(130) } }));
    expect(evaluate(cases, [...older, ...stored])).toMatchObject([{ verdict: 'failed', baselineMs: 102 }]);
  });

  it.each(['machine', 'browser', 'key', 'firmware'] as const)('is inconclusive on another %s', (fact) => {
    const other = stored.map((one) => ({ ...one, environment: { ...one.environment, [fact]: 'other' } }));
    const [result] = evaluate(cases, other) ?? [];
    expect(result?.verdict).toBe('inconclusive');
    expect(result?.message).toMatch(/^There is no baseline main for test machine; .*touchstone baseline main$/);
  });

  it('has the times of the cases that passed at least 10 times', () => {
    const run = runOf([...repetitions(10, () => 5), timedCase('once', { pin: 7 })]);
    const [first] = run.cases;
    expect(baselinesOf(run)).toEqual([
      {
        schema: 'touchstone.baseline/1',
        caseId: 'a',
        environment: first && environmentOf(first, run.run),
        runId: run.run.id,
        startedAt: run.run.startedAt,
        samples: { registration: Array(10).fill(5), pin: Array(10).fill(5) },
      },
    ]);
  });
});
