/** What the process tells its caller: one table for every command. */
import type { Verdict } from '#result/run-result.ts';

export const exitCode = {
  passed: 0,
  failed: 1,
  usage: 2,
  infrastructure: 3,
  interrupted: 130,
} as const;

/** The exit code of a run with this verdict. A flaky run passed in the end; `--fail-on-flaky` decides otherwise. */
export const exitCodeOfVerdict: Record<Verdict, number> = {
  passed: exitCode.passed,
  skipped: exitCode.passed,
  flaky: exitCode.passed,
  failed: exitCode.failed,
  errored: exitCode.infrastructure,
  interrupted: exitCode.interrupted,
};
