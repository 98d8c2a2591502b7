/** Compares two runs: which cases have another verdict, and which phases are slower or faster. Pure. */
import { UsageError } from '#base/errors.ts';
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, RunResult, Verdict } from '#result/run-result.ts';
import { groupBy } from '../group-by.ts';
import { type CompareOptions, comparePhases, defaultCompareOptions, type PhaseComparison } from './compare-phases.ts';
import { compareEnvironments } from './environment.ts';

/** `worse`: the case passed before and does not pass now. `removed`: it is in the earlier run only. */
type ChangeKind = 'worse' | 'better' | 'other' | 'added' | 'removed';

export interface VerdictChange {
  id: string;
  title: string;
  kind: ChangeKind;
  before?: Verdict;
  after?: Verdict;
}

export interface RunComparison {
  before: RunResult['run'];
  after: RunResult['run'];
  /** Verdicts of the two runs. */
  verdicts: { before: Verdict; after: Verdict };
  options: CompareOptions;
  /** Number of cases in both runs; repetitions of a case count once. */
  commonCases: number;
  changes: VerdictChange[];
  phases: PhaseComparison[];
  /** Reasons why the times of the two runs cannot be compared, e.g. another machine. Slower phases then do not count. */
  differences: string[];
  /** Cases that are left out of the times because they ran in another environment, while others did not. */
  leftOut: { cases: number; reasons: string[] };
}

/** @throws {UsageError} if there is nothing to compare: a run with itself, and runs without a common case. */
export function compareRuns(
  before: RunResult,
  after: RunResult,
  options: CompareOptions = defaultCompareOptions,
): RunComparison {
  const earlier = new Set(before.cases.map(({ id }) => baseCaseId(id)));
  const common = new Set(after.cases.map(({ id }) => baseCaseId(id)).filter((id) => earlier.has(id)));
  checkComparable(before, after, common.size);
  const environments = compareEnvironments(before, after);
  const isCompared = ({ id }: CaseResult) => !environments.differing.has(baseCaseId(id));
  return {
    before: before.run,
    after: after.run,
    verdicts: { before: before.verdict, after: after.verdict },
    options,
    commonCases: common.size,
    changes: verdictChanges(before.cases, after.cases),
    phases: comparePhases(before.cases.filter(isCompared), after.cases.filter(isCompared), options),
    differences: environments.isNoneEqual ? environments.reasons : [],
    leftOut: {
      cases: environments.differing.size,
      reasons: environments.isNoneEqual ? [] : environments.reasons,
    },
  };
}

function checkComparable(before: RunResult, after: RunResult, commonCases: number): void {
  if (before.run.id === after.run.id && before.run.startedAt === after.run.startedAt)
    throw new UsageError(`Cannot compare the run ${before.run.id} with itself: expected two runs`);
  if (commonCases === 0)
    throw new UsageError(`Cannot compare ${before.run.id} and ${after.run.id}: they have no case in common`);
}

/** A repetition that only one run has is compared with the first one of its case. */
function verdictChanges(before: readonly CaseResult[], after: readonly CaseResult[]): VerdictChange[] {
  const earlier = new Map(before.map((result) => [result.id, result]));
  const later = new Set(after.map(({ id }) => baseCaseId(id)));
  const changed = after.flatMap(({ id, title, verdict }): VerdictChange[] => {
    const old = (earlier.get(id) ?? earlier.get(baseCaseId(id)))?.verdict;
    if (old === undefined) return [{ id, title, kind: 'added', after: verdict }];
    return old === verdict ? [] : [{ id, title, kind: kindOfChange(old, verdict), before: old, after: verdict }];
  });
  const lost = groupBy(before, ({ id }) => baseCaseId(id)).entries();
  const removed = [...lost].flatMap(([id, [first]]): VerdictChange[] =>
    first === undefined || later.has(id) ? [] : [{ id, title: first.title, kind: 'removed', before: first.verdict }],
  );
  return [...changed, ...removed];
}

const isPass = (verdict: Verdict | undefined): boolean => verdict === 'passed' || verdict === 'flaky';

/** A known failure (`waived`) is no pass, and its owner has accepted it. */
function kindOfChange(before: Verdict, after: Verdict): ChangeKind {
  if (isPass(before) === isPass(after)) return 'other';
  if (isPass(after)) return 'better';
  return after === 'waived' ? 'other' : 'worse';
}

/** Returns the cases that break the gate: they passed before, and do not pass now. Repetitions of a case count once. */
export const worseCases = ({ changes }: RunComparison): VerdictChange[] => {
  const worse = changes.filter(({ kind }) => kind === 'worse');
  return [...groupBy(worse, ({ id }) => baseCaseId(id)).values()].flatMap(([first]) => first ?? []);
};

/** Returns the cases that passed before and are not in the later run, e.g. because it was stopped, or because they have another id. */
export const missingCases = ({ changes }: RunComparison): VerdictChange[] =>
  changes.filter(({ kind, before }) => kind === 'removed' && isPass(before));

/** Returns the phases that break the gate: machine time that is slower, measured in the same environment. */
export const slowerPhases = ({ phases, differences }: RunComparison): PhaseComparison[] =>
  differences.length > 0 ? [] : phases.filter(({ by, verdict }) => by === 'machine' && verdict === 'slower');

/** Whether the times of the runs, or those of a phase of machine time, have no verdict. */
export const isInconclusive = ({ phases, differences, leftOut }: RunComparison): boolean =>
  differences.length > 0 ||
  leftOut.cases > 0 ||
  phases.length === 0 ||
  phases.some(({ by, verdict }) => by === 'machine' && verdict === 'inconclusive');
