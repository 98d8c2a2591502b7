/** The exit codes of all commands. */
import { type RunResult, refusedErrorName, type Verdict } from '#result/run-result.ts';

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
};

export interface GateOptions {
  failOnFlaky?: boolean;
  failOnSkipped?: boolean;
  /** Whether a budget without a verdict counts as exceeded. */
  failOnInconclusive?: boolean;
}

/** Returns the exit code of a run. It is `usage` when a case was refused on a real key, because the command line lacks a permission. */
export function exitCodeOfRun(
  { verdict, cases, totals, budgets = [] }: RunResult,
  { failOnFlaky = false, failOnSkipped = false, failOnInconclusive = false }: GateOptions = {},
): number {
  const isRefused = cases.some(({ failures }) => failures.some(({ message }) => message.startsWith(refusedErrorName)));
  if (isRefused) return exitCode.usage;
  const code = exitCodeOfVerdict[verdict];
  const isStrictFailure = (failOnFlaky && totals.flaky > 0) || (failOnSkipped && totals.skipped > 0);
  if (code !== exitCode.passed) return code;
  if (isStrictFailure) return exitCode.failed;
  const breaks = failOnInconclusive ? ['failed', 'inconclusive'] : ['failed'];
  return budgets.some((budget) => breaks.includes(budget.verdict)) ? exitCode.budget : code;
}
