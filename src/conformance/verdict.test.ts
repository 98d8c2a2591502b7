import { describe, expect, it } from 'vitest';
import { countVerdicts, failsRun } from './verdict.ts';

describe('failsRun', () => {
  it('is true for a failed and for an inconclusive requirement', () => {
    expect(failsRun(['pass', 'fail'])).toBe(true);
    expect(failsRun(['pass', 'inconclusive'])).toBe(true);
  });

  it('is false for passed, observed, inapplicable and waived requirements', () => {
    expect(failsRun(['pass', 'observation', 'not-applicable', 'waived'])).toBe(false);
  });
});

describe('countVerdicts', () => {
  it('counts each verdict, also those that do not occur', () => {
    expect(countVerdicts(['pass', 'fail', 'pass'])).toMatchObject({ pass: 2, fail: 1, waived: 0 });
  });
});
