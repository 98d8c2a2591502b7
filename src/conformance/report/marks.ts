/** How reports show verdicts. Runs in Node and in the page. */
import type { Verdict } from '../verdict.ts';

/** A mark for each verdict, readable without colour. */
export const verdictMarks = {
  pass: '✓',
  fail: '✗',
  observation: '≈',
  'not-applicable': '–',
  inconclusive: '⚠',
  waived: '◇',
} as const satisfies Record<Verdict, string>;

/** Verdicts in the order of the reports: those that need a decision first. */
export const verdictsByUrgency = [
  'fail',
  'inconclusive',
  'observation',
  'waived',
  'pass',
  'not-applicable',
] as const satisfies Verdict[];
