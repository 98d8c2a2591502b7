/** The verdict of a conformance run in words. Runs in Node and in the page. */
import type { ConformanceReport, ReportCase } from './report-model.ts';

/** Returns the verdict of the run in words. */
export function headlineOf({
  verdict,
  cases,
}: Pick<ConformanceReport, 'verdict'> & { cases: readonly Pick<ReportCase, 'id' | 'verdict'>[] }): {
  mark: string;
  text: string;
} {
  if (verdict === 'passed') return { mark: '✓', text: 'Conforms' };
  if (verdict === 'not-tested') return { mark: '–', text: 'Nothing was applicable' };
  const violated = new Set(cases.filter((one) => one.verdict === 'fail').map(({ id }) => id)).size;
  if (violated === 0) return { mark: '⚠', text: 'Inconclusive' };
  return { mark: '✗', text: `${violated} ${violated === 1 ? 'requirement' : 'requirements'} violated` };
}
