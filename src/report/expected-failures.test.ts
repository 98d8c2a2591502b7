import { describe, expect, it } from 'vitest';
import type { Verdict } from '#result/run-result.ts';
import { assembleResult } from './assemble-result.ts';
import { applyExpectedFailures, type ExpectedFailure, forSelection, verdictWith } from './expected-failures.ts';
import { renderJunit } from './junit.ts';
import { runOf, timedCase } from './testing/timed-runs.ts';

const entry = (id: string, expires = '2026-06-30'): ExpectedFailure => ({
  id,
  reason: 'The server is old',
  link: 'https://issues.example/7',
  expires,
});
const failed = (id: string) => timedCase(id, {}, { verdict: 'failed', failures: [{ message: 'no', attempt: 1 }] });
const passed = (id: string) => timedCase(id, {});
const apply = (cases: Parameters<typeof applyExpectedFailures>[0], ...entries: ExpectedFailure[]) =>
  applyExpectedFailures(cases, { entries, today: '2026-06-30' }).map(({ id, verdict, failures }) => [
    id,
    verdict,
    failures[0]?.message,
  ]);

describe('applyExpectedFailures', () => {
  it('waives the failures of a case or of all cases of a scenario, until the last day', () => {
    const cases = [failed('a/one'), failed('a/one#2'), failed('b[x=1]'), failed('b.c')];
    expect(apply(cases, entry('a/one'), entry('b')).map(([id, verdict]) => [id, verdict])).toEqual([
      ['a/one', 'waived'],
      ['a/one#2', 'waived'],
      ['b[x=1]', 'waived'],
      ['b.c', 'failed'],
    ]);
  });

  it('fails a case whose entry has expired, and reports that first', () => {
    expect(apply([failed('a')], entry('a', '2026-06-29'))).toEqual([
      ['a', 'failed', 'The expected failure (https://issues.example/7) expired on 2026-06-29'],
    ]);
  });

  it('fails cases that pass, unless another case of the entry fails', () => {
    expect(apply([passed('a/1'), passed('a/2')], entry('a')).map(([, verdict]) => verdict)).toEqual([
      'failed',
      'failed',
    ]);
    expect(apply([passed('a/1')], entry('a'))[0]?.[2]).toContain('every case of a passes: delete the entry');
    expect(apply([passed('a/1'), failed('a/2')], entry('a')).map(([, verdict]) => verdict)).toEqual([
      'passed',
      'waived',
    ]);
  });

  it('fails no case that passes while another case of the entry is flaky, did not run, or is known to fail in another shard', () => {
    const other = (verdict: Verdict) => timedCase('a/2', {}, { verdict });
    for (const verdict of ['flaky', 'skipped', 'errored', 'interrupted', 'waived'] as const)
      expect(apply([passed('a/1'), other(verdict)], entry('a')).map(([, each]) => each)).toEqual(['passed', verdict]);
  });

  it('fails no case that passes in a run of a part of the cases of its entry', () => {
    const [one, two] = [passed('a/1'), passed('a/2')];
    const expected = { entries: [entry('a'), entry('b')], today: '2026-01-01' };
    const part = forSelection(expected, [one, two, passed('b')], [one, passed('b')]);
    expect(part.partial).toEqual(['a']);
    const verdicts = applyExpectedFailures([one, passed('b')], part).map(({ id, verdict }) => [id, verdict]);
    expect(verdicts).toEqual([
      ['a/1', 'passed'],
      ['b', 'failed'],
    ]);
  });

  it('reports an expired entry once when it is applied to a shard and to the merged run', () => {
    const old = { entries: [entry('a', '2020-01-01')], today: '2026-06-30' };
    const shard = applyExpectedFailures([failed('a')], old);
    expect(applyExpectedFailures(shard, old)).toEqual(shard);
  });

  it('shows a known failure as waived as soon as it ends, and a case that passes as passed', () => {
    const expected = { entries: [entry('a'), entry('old', '2020-01-01')], today: '2026-01-01' };
    const verdicts = [failed('a/1'), passed('a/2'), failed('old'), failed('b')].map((one) =>
      verdictWith(one, expected),
    );
    expect(verdicts).toEqual(['waived', 'passed', 'failed', 'failed']);
  });

  it('does not change cases that did not run', () => {
    const cases = [timedCase('a', {}, { verdict: 'errored' }), timedCase('a/2', {}, { verdict: 'skipped' })];
    expect(apply(cases, entry('a')).map(([, verdict]) => verdict)).toEqual(['errored', 'skipped']);
  });
});

it('a run with waived failures passes, and JUnit has the reason', () => {
  const { run } = runOf([]);
  const expectedFailures = { entries: [entry('a')], today: '2026-01-01' };
  const parts = { run, cases: [failed('a'), passed('b')], errors: [], interrupted: false, expectedFailures };
  const result = assembleResult(parts, (text) => text);
  expect(result).toMatchObject({ verdict: 'passed', totals: { waived: 1, passed: 1, failed: 0 } });
  expect(renderJunit(result)).toContain(
    '<skipped message="Expected to fail until 2026-06-30: The server is old (https://issues.example/7)"/>',
  );
});
