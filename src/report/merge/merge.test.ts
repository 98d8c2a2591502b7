import { describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import type { Budget } from '#result/budget.ts';
import type { CaseResult, RunResult, Verdict } from '#result/run-result.ts';
import { assembleResult } from '../assemble-result.ts';
import { forSelection } from '../expected-failures.ts';
import { runOf, timedCase } from '../testing/timed-runs.ts';
import { mergeRuns } from './merge-runs.ts';
import { splitIntoShards } from './shards.ts';

const alone = (id: string) => ({ id, group: id });
const place = { id: 'merged', folder: 'reports/merged' };

describe('splitIntoShards', () => {
  it('assigns every case once, the longest first to the shortest part', () => {
    const times = { a: 9, b: 1, c: 5, d: 5, e: 1 };
    const recorded = Object.entries(times).map(([id, durationMs]) => ({ id, durationMs }));
    expect(splitIntoShards(Object.keys(times).map(alone), 2, recorded)).toEqual([
      ['a', 'b', 'e'],
      ['c', 'd'],
    ]);
  });

  it('adds up the repetitions of a case, and uses the median for a new case', () => {
    const recorded = ['a', 'a#2', 'a#3', 'b', 'c'].map((id) => ({ id, durationMs: 10 }));
    expect(splitIntoShards(['b', 'c', 'new', 'a'].map(alone), 2, recorded)).toEqual([['a'], ['b', 'c', 'new']]);
  });

  it('keeps cases that run in turn in one part', () => {
    const cases = [alone('x'), { id: 'a', group: 'a' }, { id: 'a@baseline', group: 'a' }, alone('y')];
    for (const part of splitIntoShards(cases, 2, [])) expect(part.includes('a')).toBe(part.includes('a@baseline'));
  });

  it('is balanced within the longest case, for 200 cases in 7 parts', () => {
    const recorded = Array.from({ length: 200 }, (_, index) => ({
      id: `c${index}`,
      durationMs: 10 + ((index * 37) % 90),
    }));
    const parts = splitIntoShards(
      recorded.map(({ id }) => alone(id)),
      7,
      recorded,
    );
    const timeOf = new Map(recorded.map(({ id, durationMs }) => [id, durationMs]));
    const sums = parts.map((part) => part.reduce((sum, id) => sum + (timeOf.get(id) ?? 0), 0));
    expect(parts.flat().toSorted()).toEqual(recorded.map(({ id }) => id).toSorted());
    expect(Math.max(...sums) - Math.min(...sums)).toBeLessThan(100);
  });
});

const budgets: Budget[] = [
  { subject: 'pin', statistic: 'median', maxMs: 5, location: { file: 'a.yaml', line: 1, column: 1 } },
];
const selection = ['a', 'b', 'c', 'timed', 'timed@baseline', 'd'];

/** The cases of a run with two repetitions, in the order in which a run in one piece has them. */
function wholeRun(): CaseResult[] {
  const once = ['a', 'b', 'c', 'd'];
  const verdicts = { b: 'failed', c: 'skipped' } as Record<string, CaseResult['verdict']>;
  const repeated = [1, 2].flatMap(() =>
    once.map((id, index) => timedCase(id, { pin: 10 + index }, { verdict: verdicts[id] ?? 'passed' })),
  );
  const measured = [1, 2].flatMap((index) => [
    timedCase('timed', { pin: index }, { budgets, measurement: { role: 'value', caseId: 'timed' } }),
    timedCase('timed@baseline', { pin: index }, { measurement: { role: 'baseline', caseId: 'timed' } }),
  ]);
  return [...repeated, ...measured];
}

/** Returns the runs of `parts`, each with the cases of its part. */
function shardsOf(parts: readonly (readonly string[])[]): RunResult[] {
  return parts.map((part, index) =>
    runOf(
      wholeRun().filter(({ id }) => part.includes(id)),
      {
        id: `shard-${index + 1}`,
        startedAt: `2026-03-14T09:0${index}:00.000Z`,
        durationMs: 90_000,
        command: `run scenarios --shard ${index + 1}/${parts.length}`,
        shard: { index: index + 1, total: parts.length, selection },
      },
    ),
  );
}
const three = shardsOf([
  ['a', 'd'],
  ['timed', 'timed@baseline'],
  ['c', 'b'],
]);

describe('mergeRuns', () => {
  it('returns the cases, totals, budgets and verdict of the run in one piece, whatever the order of the shards', () => {
    const whole = runOf(wholeRun());
    for (const shards of [three, three.toReversed()]) {
      const merged = mergeRuns(shards, place);
      expect(merged.cases).toEqual(whole.cases);
      expect(merged.totals).toEqual(whole.totals);
      expect(merged.budgets).toEqual(whole.budgets);
      expect(merged.verdict).toBe(whole.verdict);
    }
  });

  it('starts with the first shard and ends with the last', () => {
    expect(mergeRuns(three, place).run).toMatchObject({
      id: 'merged',
      startedAt: '2026-03-14T09:00:00.000Z',
      durationMs: 210_000,
      command: 'run scenarios',
    });
    expect(mergeRuns(three, place).run.shard).toBeUndefined();
  });

  const [first, second, third] = three as [RunResult, RunResult, RunResult];
  const changed = (run: RunResult, facts: Partial<RunResult['run']>): RunResult => ({
    ...run,
    run: { ...run.run, ...facts },
  });
  it.each<[string, RunResult[], RegExp]>([
    ['a missing shard', [first, third], /missing shard 2\/3/],
    ['two missing shards', [second], /missing shard 1\/3, shard 3\/3/],
    ['a shard that occurs twice', [first, second, second, third], /shard 2\/3 occurs more than once/],
    ['a whole run', [first, second, runOf([])], /expected a shard/],
    [
      'a shard of another selection',
      [first, second, changed(third, { shard: { index: 3, total: 3, selection: ['a'] } })],
      /shard of another selection/,
    ],
    ['another version', [first, second, changed(third, { touchstone: '9.9.9' })], /version of Touchstone/],
    [
      'another pipeline, e.g. a shard that a job of yesterday has left',
      [first, second, changed(third, { pipeline: 'GITHUB_RUN_ID 7' })],
      /its CI pipeline is GITHUB_RUN_ID 7, that of .* is none/,
    ],
    [
      'another release',
      [first, second, changed(third, { release: 'v1.3.0' })],
      /its release of the product under test is v1.3.0, that of .* is none/,
    ],
    ['a missing case', [first, second, { ...third, cases: third.cases.slice(0, 1) }], /no shard has the case c/],
    ['a case in two shards', [first, second, { ...third, cases: first.cases }], /case a is in more than one shard/],
    ['no shard', [], /got none/],
  ])('refuses %s', (_, shards, message) => {
    expect(() => mergeRuns(shards, place)).toThrow(message);
    expect(() => mergeRuns(shards, place)).toThrow(UsageError);
  });

  it('applies expected failures once more, to entries with cases in several shards', () => {
    const entry = { id: 'a', reason: 'Known', link: 'https://issues.example/1', expires: '2099-01-01' };
    const expected = { entries: [entry], today: '2026-01-01' };
    const all = [{ id: 'a/1' }, { id: 'a/2' }];
    const shardOf = (index: number, id: string, verdict: Verdict): RunResult => {
      const { run } = runOf([], { shard: { index, total: 2, selection: ['a/1', 'a/2'] } });
      const cases = [timedCase(id, {}, { verdict })];
      const expectedFailures = forSelection(expected, all, cases);
      return assembleResult({ run, cases, errors: [], interrupted: false, expectedFailures }, (text) => text);
    };
    const merge = (verdict: Verdict) =>
      mergeRuns([shardOf(1, 'a/1', 'passed'), shardOf(2, 'a/2', verdict)], place, expected).cases.map(
        (result) => result.verdict,
      );
    expect(shardOf(1, 'a/1', 'passed').verdict).toBe('passed');
    expect(merge('failed')).toEqual(['passed', 'waived']);
    expect(merge('passed')).toEqual(['failed', 'failed']);
  });

  it('reports how many cases a killed shard lacks', () => {
    const killed: RunResult = { ...third, verdict: 'interrupted', missingCases: 2, cases: [] };
    expect(mergeRuns([first, second, killed], place).missingCases).toBe(2);
  });

  it('merges a shard that was stopped: the run is interrupted', () => {
    const stopped: RunResult = { ...third, verdict: 'interrupted', errors: [{ message: 'stopped' }], cases: [] };
    const merged = mergeRuns([first, second, stopped], place);
    expect(merged).toMatchObject({ verdict: 'interrupted', errors: [{ message: 'stopped' }] });
  });
});
