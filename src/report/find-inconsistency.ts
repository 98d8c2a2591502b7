/** Finds a master file that lost or gained cases after it was written: a gate must not pass on what is left. Pure. */
import type { RunResult } from '#result/run-result.ts';
import { verdicts } from '#result/run-result.ts';

/** Returns the first reason why the cases are not those that the totals count; undefined if they are. */
export function findInconsistency({ cases, totals, verdict: ofRun }: RunResult): string | undefined {
  const seen = new Set<string>();
  for (const { id } of cases) {
    if (seen.has(id)) return `the case ${id} occurs twice`;
    seen.add(id);
  }
  for (const verdict of verdicts) {
    const found = cases.filter((item) => item.verdict === verdict).length;
    const { [verdict]: expected = 0 } = totals; // earlier versions have no total of waived cases
    if (found !== expected)
      return `expected ${expected} cases with the verdict ${verdict}, as totals says, got ${found}`;
  }
  const isGood = ofRun === 'passed' || ofRun === 'flaky' || ofRun === 'skipped';
  const bad = (['failed', 'errored', 'interrupted'] as const).find((verdict) => totals[verdict] > 0);
  return isGood && bad ? `the run has the verdict ${ofRun}, and a case with the verdict ${bad}` : undefined;
}
