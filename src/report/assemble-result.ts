/** Assembles the result of a run from its cases: totals, the verdict, unique ids, secrets masked. Pure. */
import { repeatedCaseId } from '#result/case-id.ts';
import { type Mask, maskDeep } from '#result/mask.ts';
import {
  type CaseResult,
  type Failure,
  type RunResult,
  resultSchema,
  type Verdict,
  verdicts,
} from '#result/run-result.ts';
import { phases } from '#result/timeline.ts';
import { evaluateBudgets } from './budgets/evaluate-budgets.ts';
import type { StoredBaseline } from './budgets/stored-baseline.ts';
import { applyExpectedFailures, type ExpectedFailures } from './expected-failures.ts';
import type { RunFacts } from './run-facts.ts';

export interface RunParts {
  run: RunFacts;
  cases: readonly CaseResult[];
  /** Errors outside any case. */
  errors: readonly Failure[];
  /** Whether the run was stopped before its end. */
  interrupted: boolean;
  expectedFailures?: ExpectedFailures;
  /** Stored baselines by name, for the budgets of the cases. */
  baselines?: ReadonlyMap<string, readonly StoredBaseline[]>;
}

/** Returns the result of a run with every text masked. */
export function assembleResult(
  { run, cases, errors, interrupted, expectedFailures, baselines = new Map() }: RunParts,
  mask: Mask,
): RunResult {
  const isEmpty = cases.length === 0 && errors.length === 0;
  const allErrors = isEmpty ? [{ message: 'No case was selected, so nothing was tested.' }] : errors;
  const totals = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  const browsers = [...new Set(cases.flatMap(({ parties }) => describeBrowser(parties)))];
  const unique = withUniqueIds(cases);
  const counted = expectedFailures ? applyExpectedFailures(unique, expectedFailures) : unique;
  for (const { verdict } of counted) totals[verdict] += 1;
  const masked = maskDeep(
    {
      run: { ...run, ...(browsers.length > 0 && { browser: browsers.join(', ') }) },
      cases: counted,
      budgets: evaluateBudgets({ cases: unique, run, baselines }),
      errors: allErrors,
    },
    mask,
    isReservedWord,
  );
  return {
    schema: resultSchema,
    run: { ...masked.run, id: run.id },
    totals,
    verdict: verdictOfRun(totals, { hasErrors: allErrors.length > 0, interrupted }),
    ...(masked.budgets.length > 0 && { budgets: masked.budgets }),
    ...(masked.errors.length > 0 && { errors: [...masked.errors] }),
    cases: masked.cases,
  };
}

/** Returns engine and version, e.g. `firefox 153.0`; nothing for a case that has not run. */
const describeBrowser = ({ browser, 'browser version': version }: Record<string, string>): string | [] =>
  browser === undefined ? [] : [browser, version].filter((part) => part !== undefined).join(' ');

function verdictOfRun(
  totals: Record<Verdict, number>,
  { hasErrors, interrupted }: { hasErrors: boolean; interrupted: boolean },
): Verdict {
  if (totals.failed > 0) return 'failed';
  if (interrupted || totals.interrupted > 0) return 'interrupted';
  if (hasErrors || totals.errored > 0) return 'errored';
  if (totals.flaky > 0) return 'flaky';
  return totals.passed > 0 || totals.waived > 0 ? 'passed' : 'skipped';
}

/** Results are merged and linked by case id, so repeats of one case (`--repeat-each`, several projects) are numbered. */
function withUniqueIds(cases: readonly CaseResult[]): CaseResult[] {
  const used = new Set<string>();
  return cases.map((result) => {
    let id = result.id;
    for (let repeat = 2; used.has(id); repeat++) id = repeatedCaseId(result.id, repeat);
    used.add(id);
    return id === result.id ? result : { ...result, id };
  });
}

/** Words of closed lists, by member. They are not masked: a secret `client` must not make a phase unreadable. */
const reservedWords: Record<string, ReadonlySet<string>> = {
  verdict: new Set(verdicts),
  phase: new Set(Object.keys(phases)),
  party: new Set(['relying-party', 'client', 'authenticator', 'user']),
  keepalives: new Set(['processing', 'upneeded']),
};
export const isReservedWord = (key: string, text: string): boolean =>
  Object.hasOwn(reservedWords, key) && reservedWords[key]?.has(text) === true;
