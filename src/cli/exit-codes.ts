/** What the process tells its caller: one table for every command. */
import { type RunResult, refusedErrorName, type Verdict } from '#result/run-result.ts';

export const exitCode = {
  passed: 0,
  failed: 1,
  usage: 2,
  infrastructure: 3,
  interrupted: 130,
} as const;

/** A flaky run passed in the end; `--fail-on-flaky` decides otherwise. */
export const exitCodeOfVerdict: Record<Verdict, number> = {
  passed: exitCode.passed,
  skipped: exitCode.passed,
  flaky: exitCode.passed,
  failed: exitCode.failed,
  errored: exitCode.infrastructure,
  interrupted: exitCode.interrupted,
};

/** The exit code of a run with this result. One that was refused something on a real key was asked wrongly, whatever else came of it. */
export function exitCodeOfRun({ verdict, cases }: RunResult, { failOnFlaky = false } = {}): number {
  const isRefused = cases.some(({ failures }) => failures.some(({ message }) => message.startsWith(refusedErrorName)));
  if (isRefused) return exitCode.usage;
  return verdict === 'flaky' && failOnFlaky ? exitCode.failed : exitCodeOfVerdict[verdict];
}
