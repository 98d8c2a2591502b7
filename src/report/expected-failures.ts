/**
 * Expected failures of cases: known problems that do not fail a run, each with its reason, a link and the last day on which it is
 * expected. An expired entry, and an entry whose cases all pass, fail the run, so that the list never outlives its reasons. Pure.
 */
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult } from '#result/run-result.ts';

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
}

/** Returns the ids that an entry may have for this case: that of the case, and that of its scenario. */
export const idsOfEntries = (caseId: string): string[] => [baseCaseId(caseId), caseId.replace(/[/[#@].*$/s, '')];

/** Returns the cases as they count. A case that could not run (`errored`) says nothing about the product and stays as it is. */
export function applyExpectedFailures(
  cases: readonly CaseResult[],
  { entries, today }: ExpectedFailures,
): CaseResult[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const entryOf = ({ id }: CaseResult) => idsOfEntries(id).flatMap((each) => byId.get(each) ?? [])[0];
  const failing = new Set(cases.flatMap((result) => (result.verdict === 'failed' ? (entryOf(result)?.id ?? []) : [])));
  return cases.map((result) => {
    const entry = entryOf(result);
    if (entry === undefined) return result;
    if (result.verdict === 'failed')
      return entry.expires < today ? withFailure(result, expired(entry)) : waive(result, entry);
    const isPass = result.verdict === 'passed' || result.verdict === 'flaky';
    return isPass && !failing.has(entry.id) ? withFailure(result, notNeeded(entry)) : result;
  });
}

const waive = (result: CaseResult, { reason, link, expires }: ExpectedFailure): CaseResult => ({
  ...result,
  verdict: 'waived',
  notes: [`Expected to fail until ${expires}: ${reason} (${link})`, ...(result.notes ?? [])],
});

const withFailure = (result: CaseResult, message: string): CaseResult => ({
  ...result,
  verdict: 'failed',
  failures: [{ message, attempt: Math.max(1, result.attempts), location: result.location }, ...result.failures],
});

const expired = ({ expires, link }: ExpectedFailure): string => `The expected failure (${link}) expired on ${expires}`;

const notNeeded = ({ id, link }: ExpectedFailure): string =>
  `Expected a failure because of ${link}, but every case of ${id} passes: delete the entry`;
