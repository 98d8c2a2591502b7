/** The master file `result.ndjson` of a run that has ended: a header, one line for each case and error, and the end. Pure. */
import type { RunResult } from '#result/run-result.ts';
import { type JournalEntry, type JournalHeader, journalSchema, type RunEnd } from './journal.ts';

/** Yields the file line by line. */
export function* renderNdjson({
  run,
  totals,
  verdict,
  missingCases,
  budgets,
  errors = [],
  cases,
}: RunResult): Generator<string> {
  const { browser, ...facts } = run;
  const header: JournalHeader = { schema: journalSchema, run: facts, caseCount: cases.length + (missingCases ?? 0) };
  const end: RunEnd = {
    durationMs: run.durationMs,
    ...(browser !== undefined && { browser }),
    verdict,
    totals,
    ...(missingCases !== undefined && { missingCases }),
    ...(budgets && { budgets }),
  };
  yield line(header);
  for (const item of cases) yield line({ case: item });
  for (const error of errors) yield line({ error });
  yield line({ end });
}

const line = (value: JournalHeader | JournalEntry): string => `${JSON.stringify(value)}\n`;
