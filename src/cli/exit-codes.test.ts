import { describe, expect, it } from 'vitest';
import { type RunResult, refusedErrorName, type Verdict, verdicts } from '#result/run-result.ts';
import { brokenGates, exitCodeOfRun } from './exit-codes.ts';

/** Returns a run with this verdict and these numbers of cases. */
function runWith(verdict: Verdict, totals: Partial<Record<Verdict, number>>, message = 'no'): RunResult {
  const all = Object.fromEntries(verdicts.map((name) => [name, totals[name] ?? 0]));
  return { verdict, totals: all, cases: [{ id: 'a', failures: [{ message }] }] } as unknown as RunResult;
}

describe('exitCodeOfRun', () => {
  it.each<[Verdict, number]>([
    ['passed', 0],
    ['flaky', 0],
    ['failed', 1],
    ['errored', 3],
    ['interrupted', 130],
  ])('maps %s to %i', (verdict, code) => {
    expect(exitCodeOfRun(runWith(verdict, { [verdict]: 1 }))).toBe(code);
  });

  it('is 1 when fewer different cases ran than --min-cases', () => {
    const cases = ['a', 'a#2', 'b', 'c'].map((id) => ({
      id,
      verdict: id === 'c' ? 'skipped' : 'passed',
      failures: [],
    }));
    const run = { ...runWith('passed', { passed: 3, skipped: 1 }), cases } as unknown as RunResult;
    expect([2, 3].map((minCases) => exitCodeOfRun(run, { minCases }))).toEqual([0, 1]);
  });

  it('is 4 when only a budget is exceeded, or has no verdict with --fail-on-inconclusive', () => {
    const budgets = (verdict: string) => [{ verdict }] as unknown as NonNullable<RunResult['budgets']>;
    const run = runWith('passed', { passed: 1 });
    expect(exitCodeOfRun({ ...run, budgets: budgets('failed') })).toBe(4);
    expect(exitCodeOfRun({ ...run, budgets: budgets('inconclusive') })).toBe(0);
    expect(exitCodeOfRun({ ...run, budgets: budgets('inconclusive') }, { failOnInconclusive: true })).toBe(4);
    expect(exitCodeOfRun({ ...runWith('failed', { failed: 1 }), budgets: budgets('failed') })).toBe(1);
  });

  it('is 3 when every case was skipped', () => {
    expect(exitCodeOfRun(runWith('skipped', { skipped: 3 }))).toBe(3);
    expect(exitCodeOfRun(runWith('skipped', { skipped: 3 }), { failOnSkipped: true })).toBe(3);
  });

  it('is 1 for skipped or flaky cases with --fail-on-skipped and --fail-on-flaky', () => {
    const some = runWith('passed', { passed: 3, skipped: 1 });
    expect([exitCodeOfRun(some), exitCodeOfRun(some, { failOnSkipped: true })]).toEqual([0, 1]);
    const flaky = runWith('flaky', { passed: 3, flaky: 1 });
    expect([exitCodeOfRun(flaky), exitCodeOfRun(flaky, { failOnFlaky: true })]).toEqual([0, 1]);
    expect(exitCodeOfRun(runWith('errored', { errored: 1, skipped: 1 }), { failOnSkipped: true })).toBe(3);
  });

  it('is 2 when a command to a real key was refused', () => {
    expect(exitCodeOfRun(runWith('errored', { errored: 1 }, `${refusedErrorName}: it would be reset`))).toBe(2);
  });
});

describe('brokenGates', () => {
  it('explains each gate that a run breaks although no case failed', () => {
    const budgets = [{ verdict: 'inconclusive' }] as unknown as NonNullable<RunResult['budgets']>;
    const run = { ...runWith('flaky', { flaky: 1, skipped: 2 }), budgets };
    const all = { failOnFlaky: true, failOnSkipped: true, failOnInconclusive: true, minCases: 2 };
    expect(brokenGates(run, all).map(({ reason }) => reason)).toEqual([
      '1 case passed only after a retry (--fail-on-flaky)',
      '2 cases skipped (--fail-on-skipped)',
      '1 case ran, expected at least 2 (--min-cases)',
      '1 budget without a verdict (--fail-on-inconclusive)',
    ]);
    expect(brokenGates(run, {})).toEqual([]);
  });
});
