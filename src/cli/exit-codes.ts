/** The exit codes of all commands. */
import { baseCaseId } from '#result/case-id.ts';
import { type CaseResult, type RunResult, refusedErrorName, type Verdict } from '#result/run-result.ts';
import type { GateOptions } from './run/gate-options.ts';

export const exitCode = {
  passed: 0,
  failed: 1,
  usage: 2,
  infrastructure: 3,
  /** Every case passed, but a performance budget is exceeded. */
  budget: 4,
  interrupted: 130,
} as const;

/**
 * `flaky` counts as passed unless `--fail-on-flaky` is given. `skipped` (every case was skipped) counts as an infrastructure error:
 * nothing was tested, so a release gate must not pass.
 */
export const exitCodeOfVerdict: Record<Verdict, number> = {
  passed: exitCode.passed,
  skipped: exitCode.infrastructure,
  flaky: exitCode.passed,
  failed: exitCode.failed,
  errored: exitCode.infrastructure,
  interrupted: exitCode.interrupted,
  waived: exitCode.passed,
};

/** Returns the exit code of a run. It is `usage` when a case was refused on a real key, because the command line lacks a permission. */
export function exitCodeOfRun(
  { verdict, cases, totals, budgets = [] }: RunResult,
  { failOnFlaky = false, failOnSkipped = false, failOnInconclusive = false, minCases = 0 }: GateOptions = {},
): number {
  const isRefused = cases.some(({ failures }) => failures.some(({ message }) => message.startsWith(refusedErrorName)));
  if (isRefused) return exitCode.usage;
  const code = exitCodeOfVerdict[verdict];
  const isStrictFailure = (failOnFlaky && totals.flaky > 0) || (failOnSkipped && totals.skipped > 0);
  if (code !== exitCode.passed) return code;
  if (isStrictFailure || countRun(cases) < minCases) return exitCode.failed;
  const breaks = failOnInconclusive ? ['failed', 'inconclusive'] : ['failed'];
  return budgets.some((budget) => breaks.includes(budget.verdict)) ? exitCode.budget : code;
}

/** Returns the number of different cases that ran. Repetitions of a case count once. */
export const countRun = (cases: readonly CaseResult[]): number =>
  new Set(
    cases.flatMap(({ id, verdict }) => (verdict === 'skipped' || verdict === 'interrupted' ? [] : baseCaseId(id))),
  ).size;
