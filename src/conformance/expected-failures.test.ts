import { describe, expect, it } from 'vitest';
import type { CaseResult } from './case-result.ts';
import { applyExpectedFailures, type ExpectedFailure, parseExpectedFailures } from './expected-failures.ts';
import type { Verdict } from './verdict.ts';

const known = new Set(['pin.set.short', 'pin.set.long']);
const file = 'known.yaml';
const parse = (text: string) => parseExpectedFailures(text, file, known);
const entryText = (id: string) =>
  `- id: ${id}\n  reason: fixed in the next firmware\n  link: https://example.com/issue/1\n  expires: 2026-12-31\n`;

describe('parseExpectedFailures', () => {
  it('reads requirements and single cases', () => {
    expect(parse(entryText('pin.set.short') + entryText('pin.set.long@pin2')).map(({ id }) => id)).toEqual([
      'pin.set.short',
      'pin.set.long@pin2',
    ]);
  });

  it('reads an empty file', () => {
    expect(parse('# none\n')).toEqual([]);
  });

  it.each([
    ['an unknown id', entryText('pin.set.other'), 'there is no requirement pin.set.other'],
    ['an id that occurs twice', entryText('pin.set.long').repeat(2), 'occurs twice'],
    ['an entry without a reason', entryText('pin.set.long').replace(/ {2}reason.*\n/, ''), '0.reason'],
    ['an entry without a link', entryText('pin.set.long').replace('https://example.com/issue/1', 'soon'), '0.link'],
    ['a day that does not exist', entryText('pin.set.long').replace('2026-12-31', '2026-02-31'), '0.expires'],
    ['an unknown member', `${entryText('pin.set.long')}  note: x\n`, 'note'],
    ['text that is not YAML', '[', 'Cannot read known.yaml'],
  ])('refuses %s', (_title, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('applyExpectedFailures', () => {
  const entry = (id: string, expires = '2026-12-31'): ExpectedFailure => ({
    id,
    reason: 'fixed in the next firmware',
    link: 'https://example.com/issue/1',
    expires,
  });
  const result = (verdict: Verdict, variant?: string): CaseResult => ({
    id: 'pin.set.short',
    variant,
    verdict,
    message: 'what was found',
    evidence: [],
  });
  const apply = (results: CaseResult[], ...expected: ExpectedFailure[]) =>
    applyExpectedFailures(results, expected, '2026-11-26').map(({ verdict }) => verdict);

  it('waives a failure that is expected', () => {
    expect(apply([result('fail')], entry('pin.set.short'))).toEqual(['waived']);
  });

  it('waives only the case that the entry names', () => {
    expect(apply([result('fail', 'pin1'), result('fail', 'pin2')], entry('pin.set.short@pin2'))).toEqual([
      'fail',
      'waived',
    ]);
  });

  it('fails a requirement that passes although a failure is expected', () => {
    expect(apply([result('pass')], entry('pin.set.short'))).toEqual(['fail']);
  });

  it('accepts that some cases of an expected failure pass', () => {
    expect(apply([result('pass', 'pin1'), result('fail', 'pin2')], entry('pin.set.short'))).toEqual(['pass', 'waived']);
  });

  it('fails an expired entry, whether the requirement is met or not', () => {
    const expired = entry('pin.set.short', '2026-11-25');
    expect(apply([result('fail')], expired)).toEqual(['fail']);
    expect(apply([result('pass')], expired)).toEqual(['fail']);
  });

  it('accepts an entry on its last day', () => {
    expect(apply([result('fail')], entry('pin.set.short', '2026-11-26'))).toEqual(['waived']);
  });

  it('does not change other verdicts', () => {
    expect(apply([result('not-applicable'), result('inconclusive')], entry('pin.set.short'))).toEqual([
      'not-applicable',
      'inconclusive',
    ]);
  });
});
