import { describe, expect, it } from 'vitest';
import { type RunResult, refusedErrorName, type Verdict, verdicts } from '#result/run-result.ts';
import { exitCodeOfRun } from './exit-codes.ts';

/** A run with so many cases of each verdict. */
function run(verdict: Verdict, totals: Partial<Record<Verdict, number>>, message = 'no'): RunResult {
  const all = Object.fromEntries(verdicts.map((name) => [name, totals[name] ?? 0]));
  return { verdict, totals: all, cases: [{ failures: [{ message }] }] } as unknown as RunResult;
}

describe('the exit code of a run', () => {
  it.each<[Verdict, number]>([
    ['passed', 0],
    ['flaky', 0],
    ['failed', 1],
    ['errored', 3],
    ['interrupted', 130],
  ])('that is %s is %i', (verdict, code) => {
    expect(exitCodeOfRun(run(verdict, { [verdict]: 1 }))).toBe(code);
  });

  it('opens no gate when every case was skipped', () => {
    expect(exitCodeOfRun(run('skipped', { skipped: 3 }))).toBe(3);
    expect(exitCodeOfRun(run('skipped', { skipped: 3 }), { failOnSkipped: true })).toBe(3);
  });

  it('is stricter where that was asked for', () => {
    const some = run('passed', { passed: 3, skipped: 1 });
    expect([exitCodeOfRun(some), exitCodeOfRun(some, { failOnSkipped: true })]).toEqual([0, 1]);
    const flaky = run('flaky', { passed: 3, flaky: 1 });
    expect([exitCodeOfRun(flaky), exitCodeOfRun(flaky, { failOnFlaky: true })]).toEqual([0, 1]);
    expect(exitCodeOfRun(run('errored', { errored: 1, skipped: 1 }), { failOnSkipped: true })).toBe(3);
  });

  it('blames the command line for what was refused on a real key', () => {
    expect(exitCodeOfRun(run('errored', { errored: 1 }, `${refusedErrorName}: it would be reset`))).toBe(2);
  });
});
