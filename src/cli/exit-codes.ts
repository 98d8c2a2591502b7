/** The exit codes of all commands. */
import { count } from '#report/format.ts';
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
export function exitCodeOfRun(result: RunResult, options: GateOptions = {}): number {
  const { verdict, cases, budgets = [] } = result;
  const isRefused = cases.some(({ failures }) => failures.some(({ message }) => message.startsWith(refusedErrorName)));
  if (isRefused) return exitCode.usage;
  const code = exitCodeOfVerdict[verdict];
  if (code !== exitCode.passed) return code;
  const gates = brokenGates(result, options);
  if (gates.some((gate) => gate.code === exitCode.failed)) return exitCode.failed;
  const isExceeded = budgets.some((budget) => budget.verdict === 'failed');
  return isExceeded || gates.length > 0 ? exitCode.budget : code;
}

interface BrokenGate {
  code: number;
  /** A sentence without a full stop, which names the option. */
  reason: string;
}

/** Returns the gates of the options that the run breaks, although no case failed. */
export function brokenGates(
  { cases, totals, budgets = [] }: RunResult,
  { failOnFlaky = false, failOnSkipped = false, failOnInconclusive = false, minCases = 0 }: GateOptions,
): BrokenGate[] {
  const ran = countRun(cases);
  const open = budgets.filter(({ verdict }) => verdict === 'inconclusive').length;
  const gate = (isBroken: boolean, code: number, reason: string) => (isBroken ? [{ code, reason }] : []);
  return [
    ...gate(
      failOnFlaky && totals.flaky > 0,
      exitCode.failed,
      `${count(totals.flaky, 'case')} passed only after a retry (--fail-on-flaky)`,
    ),
    ...gate(
      failOnSkipped && totals.skipped > 0,
      exitCode.failed,
      `${count(totals.skipped, 'case')} skipped (--fail-on-skipped)`,
    ),
    ...gate(ran < minCases, exitCode.failed, `${count(ran, 'case')} ran, expected at least ${minCases} (--min-cases)`),
    ...gate(
      failOnInconclusive && open > 0,
      exitCode.budget,
      `${count(open, 'budget')} without a verdict (--fail-on-inconclusive)`,
    ),
  ];
}

/** Returns the number of different cases that ran. Repetitions of a case count once. */
const countRun = (cases: readonly CaseResult[]): number =>
  new Set(
    cases.flatMap(({ id, verdict }) => (verdict === 'skipped' || verdict === 'interrupted' ? [] : baseCaseId(id))),
  ).size;
