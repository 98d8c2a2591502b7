/**
 * Expected failures of cases: known problems that do not fail a run, each with its reason, a link and the last day when it is
 * expected. An expired entry, and an entry whose cases all ran and passed, fail the run, so that the list never outlives its reasons.
 * A flaky case has failed once, so its entry is still needed. Pure.
 */
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, Verdict } from '#result/run-result.ts';

export interface ExpectedFailure {
  /** A case, or a scenario with all of its cases. */
  id: string;
  reason: string;
  link: string;
  /** The last day, YYYY-MM-DD. */
  expires: string;
}

export interface ExpectedFailures {
  entries: readonly ExpectedFailure[];
  /** YYYY-MM-DD. */
  today: string;
  /** Ids of entries with cases that are not part of this run: it cannot tell whether they still fail. */
  partial?: readonly string[];
}

/** Returns the ids that an entry may have for this case: that of the case, and that of its scenario. */
export const idsOfEntries = (caseId: string): string[] => [baseCaseId(caseId), caseId.replace(/[/[#@].*$/s, '')];

/** Returns `expected` for a run of the cases `selected`, which are some of the cases `all`. */
export function forSelection(
  expected: ExpectedFailures,
  all: readonly { id: string }[],
  selected: readonly { id: string }[],
): ExpectedFailures {
  const present = new Set(selected.map(({ id }) => id));
  const absent = all.filter(({ id }) => !present.has(id)).flatMap(({ id }) => idsOfEntries(id));
  const partial = expected.entries.map(({ id }) => id).filter((id) => absent.includes(id));
  return { ...expected, ...(partial.length > 0 && { partial }) };
}

/** Returns the cases with the verdicts that count. A case that could not run (`errored`) proves nothing about the product and does not change. */
export function applyExpectedFailures(
  cases: readonly CaseResult[],
  { entries, today, partial = [] }: ExpectedFailures,
): CaseResult[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const entryOf = ({ id }: CaseResult) => idsOfEntries(id).flatMap((each) => byId.get(each) ?? [])[0];
  const needed = new Set(cases.flatMap((result) => (result.verdict === 'passed' ? [] : (entryOf(result)?.id ?? []))));
  for (const id of partial) needed.add(id);
  return cases.map((result) => {
    const entry = entryOf(result);
    if (entry === undefined) return result;
    if (result.verdict === 'failed')
      return entry.expires < today ? withFailure(result, expired(entry)) : waive(result, entry);
    return result.verdict === 'passed' && !needed.has(entry.id) ? withFailure(result, notNeeded(entry)) : result;
  });
}

/** Returns the verdict of a case alone, while other cases of its entry may still run: a known failure is `waived`. */
export function verdictWith(result: CaseResult, expected: ExpectedFailures | undefined): Verdict {
  if (expected === undefined) return result.verdict;
  const partial = expected.entries.map(({ id }) => id);
  return applyExpectedFailures([result], { ...expected, partial })[0]?.verdict ?? result.verdict;
}

const waive = (result: CaseResult, { reason, link, expires }: ExpectedFailure): CaseResult => ({
  ...result,
  verdict: 'waived',
  notes: [`Expected to fail until ${expires}: ${reason} (${link})`, ...(result.notes ?? [])],
});

/** The failure is there already if a shard has added it. */
const withFailure = (result: CaseResult, message: string): CaseResult => ({
  ...result,
  verdict: 'failed',
  failures:
    result.failures[0]?.message === message
      ? result.failures
      : [{ message, attempt: Math.max(1, result.attempts), location: result.location }, ...result.failures],
});

const expired = ({ expires, link }: ExpectedFailure): string => `The expected failure (${link}) expired on ${expires}`;

const notNeeded = ({ id, link }: ExpectedFailure): string =>
  `Expected a failure because of ${link}, but every case of ${id} passes: delete the entry`;
