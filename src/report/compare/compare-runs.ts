/** Compares two runs: which cases have another verdict, and which phases are slower or faster. Pure. */
import type { CaseResult, RunResult, Verdict } from '#result/run-result.ts';
import { type CompareOptions, comparePhases, defaultCompareOptions, type PhaseComparison } from './compare-phases.ts';
import { differencesOf } from './environment.ts';

/** `worse`: the case passed before and does not pass now. */
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
  options: CompareOptions;
  /** Number of cases in both runs. */
  commonCases: number;
  changes: VerdictChange[];
  phases: PhaseComparison[];
  /** Reasons why the times of the two runs cannot be compared, e.g. another machine. Slower phases then do not count. */
  differences: string[];
}

export function compareRuns(
  before: RunResult,
  after: RunResult,
  options: CompareOptions = defaultCompareOptions,
): RunComparison {
  const earlier = new Map(before.cases.map((result) => [result.id, result]));
  return {
    before: before.run,
    after: after.run,
    options,
    commonCases: after.cases.filter(({ id }) => earlier.has(id)).length,
    changes: verdictChanges(before.cases, after.cases),
    phases: comparePhases(before.cases, after.cases, options),
    differences: differencesOf(before, after),
  };
}

function verdictChanges(before: readonly CaseResult[], after: readonly CaseResult[]): VerdictChange[] {
  const earlier = new Map(before.map((result) => [result.id, result]));
  const later = new Set(after.map(({ id }) => id));
  const changed = after.flatMap(({ id, title, verdict }): VerdictChange[] => {
    const old = earlier.get(id)?.verdict;
    if (old === undefined) return [{ id, title, kind: 'added', after: verdict }];
    return old === verdict ? [] : [{ id, title, kind: kindOfChange(old, verdict), before: old, after: verdict }];
  });
  const removed = before
    .filter(({ id }) => !later.has(id))
    .map(({ id, title, verdict }): VerdictChange => ({ id, title, kind: 'removed', before: verdict }));
  return [...changed, ...removed];
}

const isPass = (verdict: Verdict): boolean => verdict === 'passed' || verdict === 'flaky';

function kindOfChange(before: Verdict, after: Verdict): ChangeKind {
  if (isPass(before) && isPass(after)) return 'other';
  if (isPass(before)) return after === 'failed' || after === 'errored' || after === 'interrupted' ? 'worse' : 'other';
  return isPass(after) ? 'better' : 'other';
}

/** Returns the phases that break the gate: machine time that is slower, measured in the same environment. */
export const slowerPhases = ({ phases, differences }: RunComparison): PhaseComparison[] =>
  differences.length > 0 ? [] : phases.filter(({ by, verdict }) => by === 'machine' && verdict === 'slower');
