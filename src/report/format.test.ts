import { describe, expect, it } from 'vitest';
import type { BudgetResult } from '#result/budget.ts';
import { createColours } from './colour.ts';
import { leadingFailure, summaryLine } from './format.ts';
import { renderTap } from './formats/tap.ts';
import { renderPage } from './html/html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSummary } from './terminal/summary.ts';
import { runOf, timedCase } from './testing/timed-runs.ts';

describe('summaryLine', () => {
  it.each([
    [
      '2 of 3 expectations not met\n  pin: expected 3, got 8\n  uv: expected true',
      '2 of 3 expectations not met: pin: expected 3, got 8',
    ],
    ['\n  Errors:\n  one\n', 'Errors: one'],
    ['first\nsecond', 'first'],
    ['first\n    at run (a.ts:1:1)', 'first'],
    ['', ''],
  ])('returns the first line of %j with its first detail', (text, line) => {
    expect(summaryLine(text)).toBe(line);
  });
});

describe('leadingFailure', () => {
  it('is the first failure of the last attempt', () => {
    const failures = [
      { message: 'first attempt', attempt: 1 },
      { message: 'cause', attempt: 2 },
      { message: 'effect', attempt: 2 },
    ];
    expect(leadingFailure({ failures })?.message).toBe('cause');
    expect(leadingFailure({ failures: [] })).toBeUndefined();
    const run = runOf([timedCase('a', {}, { verdict: 'failed', failures })]);
    expect(renderJunit(run)).toContain('<failure message="cause"');
    expect([...renderTap(run)].join('')).toContain('message: "cause"');
  });
});

it('a killed run counts the cases that it did not reach', () => {
  const run = { ...runOf([timedCase('a', {})]), missingCases: 19 };
  expect(renderSummary(run, undefined, createColours(false)).join('\n')).toContain('1 of 20 cases passed');
  expect(renderMarkdown(run)).toContain('1 of 20 cases in ');
});

describe('a run whose cases pass and whose budget is exceeded', () => {
  const budget: BudgetResult = {
    subject: 'pin',
    statistic: 'median',
    maxMs: 1,
    location: { file: 'a.yaml', line: 1, column: 1 },
    caseId: 'a',
    verdict: 'failed',
    message: 'pin.median is 5 ms, the limit is 1 ms',
    n: 10,
    valueMs: 5,
  };
  const run = { ...runOf([timedCase('a', {})]), budgets: [budget] };

  it('is not shown as passed, because it ends with exit code 4', () => {
    expect(renderMarkdown(run)).toMatch(/^# ✗ Touchstone: passed, 1 budget exceeded/);
    expect(renderSummary(run, undefined, createColours(false)).join('\n')).toContain(
      '✗ 1 budget exceeded  1 of 1 case passed',
    );
    expect([...renderPage(run, { script: '', style: '' })].join('')).toContain('<title>✗ budget exceeded');
  });
});

it('TAP has no control characters, which would act on the terminal of a reader', () => {
  const run = runOf([timedCase('a', {}, { title: '\u001b[31mred\u0008\u001b[0m title' })]);
  expect([...renderTap(run)].join('')).toContain('ok 1 - red title (a)\n');
});
