/** What the process tells its caller: one table for every command. */
import { type RunResult, refusedErrorName, type Verdict } from '#result/run-result.ts';

export const exitCode = {
  passed: 0,
  failed: 1,
  usage: 2,
  infrastructure: 3,
  interrupted: 130,
} as const;

/**
 * A flaky run passed in the end; `--fail-on-flaky` decides otherwise. One in which everything was skipped learned nothing, like one
 * on a broken machine: no gate opens on that.
 */
export const exitCodeOfVerdict: Record<Verdict, number> = {
  passed: exitCode.passed,
  skipped: exitCode.infrastructure,
  flaky: exitCode.passed,
  failed: exitCode.failed,
  errored: exitCode.infrastructure,
  interrupted: exitCode.interrupted,
};

/** The exit code of a run with this result. One that was refused something on a real key was asked wrongly, whatever else came of it. */
export function exitCodeOfRun(
  { verdict, cases, totals }: RunResult,
  { failOnFlaky = false, failOnSkipped = false } = {},
): number {
  const isRefused = cases.some(({ failures }) => failures.some(({ message }) => message.startsWith(refusedErrorName)));
  if (isRefused) return exitCode.usage;
  const code = exitCodeOfVerdict[verdict];
  const isStrict = (failOnFlaky && totals.flaky > 0) || (failOnSkipped && totals.skipped > 0);
  return code === exitCode.passed && isStrict ? exitCode.failed : code;
}
