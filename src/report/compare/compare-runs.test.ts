import { describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { runOf, simulatedRun, timedCase } from '../testing/timed-runs.ts';
import { compareRuns, isInconclusive, missingCases, slowerPhases, worseCases } from './compare-runs.ts';

const repeated = (ms: (index: number) => number, n = 20) =>
  runOf(Array.from({ length: n }, (_, index) => timedCase(`case.${index}`, { 'make-credential': ms(index), pin: 50 })));

const phaseOf = (comparison: ReturnType<typeof compareRuns>, id: string) =>
  comparison.phases.find((phase) => phase.id === id);

describe('compareRuns: verdicts', () => {
  it('lists cases that are worse, better, added and removed', () => {
    const before = runOf([
      timedCase('breaks', {}),
      timedCase('is fixed', {}, { verdict: 'failed' }),
      timedCase('stays', {}),
      timedCase('goes', {}),
      timedCase('is skipped now', {}),
    ]);
    const after = runOf([
      timedCase('breaks', {}, { verdict: 'errored' }),
      timedCase('is fixed', {}, { verdict: 'flaky' }),
      timedCase('stays', {}),
      timedCase('comes', {}),
      timedCase('is skipped now', {}, { verdict: 'skipped' }),
    ]);
    const kinds = compareRuns(before, after).changes.map(({ id, kind }) => [id, kind]);
    expect(kinds).toEqual([
      ['breaks', 'worse'],
      ['is fixed', 'better'],
      ['comes', 'added'],
      ['is skipped now', 'worse'],
      ['goes', 'removed'],
    ]);
  });
});

describe('compareRuns: cases that are lost', () => {
  const before = runOf([timedCase('a', {}), timedCase('b', {}), timedCase('known', {}, { verdict: 'failed' })]);
  const ids = (changes: readonly { id: string }[]) => changes.map(({ id }) => id);

  it('reports a case that passed before and is missing now, also when it has another id', () => {
    const renamed = compareRuns(before, runOf([timedCase('a', {}), timedCase('b2', {}, { verdict: 'failed' })]));
    expect(ids(missingCases(renamed))).toEqual(['b']);
    expect(ids(worseCases(renamed))).toEqual([]);
  });

  it('reports a repetition that fails, although the case ran only once before', () => {
    const repeated = runOf([...before.cases, timedCase('a', {}, { verdict: 'failed' })]);
    expect(ids(worseCases(compareRuns(before, repeated)))).toEqual(['a#2']);
  });

  it('counts the repetitions of a case once', () => {
    const repeated = runOf([
      timedCase('a', {}),
      timedCase('b', {}),
      timedCase('b', {}),
      timedCase('c', {}),
      timedCase('c', {}),
    ]);
    const failed = timedCase('c', {}, { verdict: 'failed' });
    const comparison = compareRuns(repeated, runOf([timedCase('a', {}), failed, failed]));
    expect(ids(missingCases(comparison))).toEqual(['b']);
    expect(ids(worseCases(comparison))).toEqual(['c']);
    expect(comparison.changes).toHaveLength(3);
  });

  it('accepts fewer repetitions, and known failures', () => {
    const often = runOf([...before.cases, timedCase('a', {}), timedCase('a', {})]);
    const waived = { ...before, cases: before.cases.map((one) => ({ ...one, verdict: 'waived' as const })) };
    expect(missingCases(compareRuns(often, before))).toEqual([]);
    expect(worseCases(compareRuns(often, waived))).toEqual([]);
  });

  it('refuses to compare a run with itself, and runs without a common case', () => {
    expect(() => compareRuns(before, before)).toThrow(/Cannot compare the run run-\d+ with itself/);
    expect(() => compareRuns(before, runOf([]))).toThrow(/no case in common/);
    expect(() => compareRuns(before, runOf([timedCase('c', {})]))).toThrow(UsageError);
  });
});

describe('compareRuns: times', () => {
  it('compares each case with itself, so that cases of different length do not hide a change', () => {
    const before = repeated((index) => 100 * (index + 1));
    const after = repeated((index) => 110 * (index + 1));
    expect(phaseOf(compareRuns(before, after), 'make-credential')).toMatchObject({ n: 20, verdict: 'slower' });
    expect(phaseOf(compareRuns(before, after), 'make-credential')?.ratio).toBeCloseTo(1.1);
    expect(phaseOf(compareRuns(after, before), 'make-credential')?.verdict).toBe('faster');
    expect(phaseOf(compareRuns(before, after), 'pin')?.verdict).toBe('unchanged');
  });

  it('is inconclusive with fewer than 10 pairs, and when the interval is too wide', () => {
    const few = compareRuns(
      repeated(() => 100, 9),
      repeated(() => 200, 9),
    );
    expect(phaseOf(few, 'make-credential')?.verdict).toBe('inconclusive');
    expect(slowerPhases(few)).toEqual([]);
    const wide = compareRuns(
      repeated(() => 100),
      repeated((index) => (index % 2 === 0 ? 60 : 160)),
    );
    expect(phaseOf(wide, 'make-credential')?.verdict).toBe('inconclusive');
  });

  it('ignores a change of less than a millisecond', () => {
    const comparison = compareRuns(
      repeated(() => 0.2),
      repeated(() => 0.6),
    );
    expect(phaseOf(comparison, 'make-credential')?.verdict).toBe('unchanged');
  });

  it('flags outliers and keeps them', () => {
    const comparison = compareRuns(
      repeated(() => 100),
      repeated((index) => (index === 3 ? 5000 : 100 + index)),
    );
    expect(phaseOf(comparison, 'make-credential')).toMatchObject({ n: 20, outliers: 1 });
  });

  it('leaves out skipped cases and cases that only one run has', () => {
    const before = repeated(() => 100);
    const after = repeated(() => 100);
    const skipped = after.cases.map((result, index) =>
      index === 0 ? { ...result, verdict: 'skipped' as const } : result,
    );
    const comparison = compareRuns(before, { ...after, cases: [...skipped, timedCase('new', { pin: 1 })] });
    expect(phaseOf(comparison, 'pin')?.n).toBe(19);
  });

  it('does not count slower phases of another machine, browser, key or firmware', () => {
    const before = repeated(() => 100);
    const slower = repeated(() => 200);
    const names = ({ parties }: { parties: Record<string, string> }) => parties;
    const changes = [
      { ...slower, run: { ...slower.run, machine: 'another machine' } },
      { ...slower, cases: slower.cases.map((one) => ({ ...one, parties: { ...names(one), 'browser version': '9' } })) },
      { ...slower, cases: slower.cases.map((one) => ({ ...one, parties: { ...names(one), key: 'another key' } })) },
      { ...slower, cases: slower.cases.map((one) => ({ ...one, wire: [getInfoAnswer(7)] })) },
    ];
    expect(slowerPhases(compareRuns(before, slower))).not.toEqual([]);
    expect(changes.map((after) => compareRuns(before, after).differences.map((text) => text.slice(0, 13)))).toEqual([
      ['The machine d'],
      ['The browser d'],
      ['The key diffe'],
      ['The firmware '],
    ]);
    for (const after of changes) expect(slowerPhases(compareRuns(before, after))).toEqual([]);
  });
});

describe('compareRuns: some cases in another environment', () => {
  const before = repeated(() => 100);
  const after = repeated(() => 200);
  const withOtherKey = (count: number) => ({
    ...after,
    cases: after.cases.map((one, index) =>
      index < count ? { ...one, parties: { ...one.parties, key: 'another key' } } : one,
    ),
  });

  it('leaves these out of the times, and counts the others', () => {
    const comparison = compareRuns(before, withOtherKey(1));
    expect(comparison.leftOut).toMatchObject({ cases: 1, reasons: [expect.stringContaining('The key differs')] });
    expect(phaseOf(comparison, 'make-credential')).toMatchObject({ n: 19, verdict: 'slower' });
    expect(slowerPhases(comparison)).not.toEqual([]);
  });

  it('is inconclusive, as are times of another environment and wide intervals', () => {
    expect(isInconclusive(compareRuns(before, after))).toBe(false);
    expect(isInconclusive(compareRuns(before, withOtherKey(1)))).toBe(true);
    expect(isInconclusive(compareRuns(before, withOtherKey(20)))).toBe(true);
    expect(isInconclusive(compareRuns(runOf([timedCase('a', {})]), runOf([timedCase('a', {})])))).toBe(true);
  });
});

/** The answer of authenticatorGetInfo with a firmware version below 24 only. */
const getInfoAnswer = (firmware: number) => ({
  atMs: 0,
  durationMs: 1,
  command: 'authenticatorGetInfo',
  request: '04',
  response: `00a10e${firmware.toString(16).padStart(2, '0')}`,
  keepalives: [],
});

describe('the gate of touchstone compare, over 100 simulated runs with 30 repetitions', () => {
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1);
  const slower = (seed: number, factor: number) =>
    slowerPhases(compareRuns(simulatedRun(seed, 30), simulatedRun(seed + 1000, 30, { 'make-credential': factor })));

  it('finds a makeCredential that is 20 % slower in at least 95 runs', () => {
    const found = seeds.filter((seed) => slower(seed, 1.2).some(({ id }) => id === 'make-credential'));
    expect(found.length).toBeGreaterThanOrEqual(95);
  });

  it('reports a slower phase in at most 2 when nothing is slower', () => {
    const alarms = seeds.filter((seed) => slower(seed, 1).length > 0);
    expect(alarms.length).toBeLessThanOrEqual(2);
  });
});
