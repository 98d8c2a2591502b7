/** From cases to the master of a run: totals, the one verdict, unique ids, everything masked. Pure. */
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

export interface RunFacts {
  run: Omit<RunResult['run'], 'browser'>;
  cases: readonly CaseResult[];
  errors: readonly Failure[];
  /** The engine was stopped before the end. */
  interrupted: boolean;
}

/** The master of a run, masked. */
export function assembleRun({ run, cases, errors, interrupted }: RunFacts, mask: Mask): RunResult {
  const problems =
    cases.length === 0 && errors.length === 0
      ? [{ message: 'No case was selected, so nothing was learned.' }]
      : [...errors];
  const totals = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of cases) totals[verdict] += 1;
  const browsers = [...new Set(cases.flatMap(({ parties }) => parties.browser ?? []))];
  const masked = maskDeep(
    {
      run: { ...run, ...(browsers.length > 0 && { browser: browsers.join(', ') }) },
      cases: withUniqueIds(cases),
      errors: problems,
    },
    mask,
    isOurWord,
  );
  return {
    schema: resultSchema,
    run: { ...masked.run, id: run.id },
    totals,
    verdict: verdictOfRun(totals, problems.length > 0, interrupted),
    ...(masked.errors.length > 0 && { errors: masked.errors }),
    cases: masked.cases,
  };
}

function verdictOfRun(totals: Record<Verdict, number>, broken: boolean, interrupted: boolean): Verdict {
  if (totals.failed > 0) return 'failed';
  if (interrupted || totals.interrupted > 0) return 'interrupted';
  if (broken || totals.errored > 0) return 'errored';
  if (totals.flaky > 0) return 'flaky';
  return totals.passed > 0 ? 'passed' : 'skipped';
}

/** Ids are keys of merges and links; repeats of one case (`--repeat-each`, several projects) are numbered. */
function withUniqueIds(cases: readonly CaseResult[]): CaseResult[] {
  const taken = new Set<string>();
  return cases.map((result) => {
    let id = result.id;
    for (let repeat = 2; taken.has(id); repeat++) id = `${result.id}#${repeat}`;
    taken.add(id);
    return id === result.id ? result : { ...result, id };
  });
}

/** Words of closed lists: a secret that happens to be `client` must not turn a phase into something no reader knows. */
const ourWords: Record<string, ReadonlySet<string>> = {
  verdict: new Set(verdicts),
  phase: new Set(Object.keys(phases)),
  party: new Set(['relying-party', 'client', 'authenticator', 'user']),
  keepalives: new Set(['processing', 'upneeded']),
};
const isOurWord = (key: string, text: string): boolean => Object.hasOwn(ourWords, key) && ourWords[key]!.has(text);
