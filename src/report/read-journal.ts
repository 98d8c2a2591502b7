/** Reads the master file of a run. Of a run that did not end it returns the finished cases, as an interrupted run. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf, UsageError } from '#base/errors.ts';
import { type CaseResult, type Failure, type RunResult, resultSchema } from '#result/run-result.ts';
import { assembleResult } from './assemble-result.ts';
import { findVersionProblem, schemaOf } from './format-version.ts';
import { type JournalEntry, type JournalHeader, journalSchema, type RunEnd } from './journal.ts';
import { checkedResult } from './read-result.ts';
import { findJournalEntryProblem, findRunResultProblem } from './type-guards.ts';

/**
 * Returns the run in the master file at `path`. An incomplete last line is ignored: the run was killed while it wrote it.
 * @throws {UsageError} if the file cannot be read or is not a journal of this version; the message names the line.
 */
export async function readJournal(path: string): Promise<RunResult> {
  const [header, ...entries] = await readLines(path);
  const versionProblem = findVersionProblem(schemaOf(header), journalSchema);
  if (versionProblem !== undefined) throw new UsageError(`Cannot read ${path}: ${versionProblem}`);
  if (!isHeader(header)) throw new UsageError(`${path} is not a journal: expected the schema ${journalSchema}`);
  for (const [index, entry] of entries.entries()) {
    const problem = findJournalEntryProblem(entry);
    if (problem !== undefined) throw new UsageError(`${path}:${index + 2} is not a line of a journal: ${problem}`);
  }
  const result = toResult(header, entries as JournalEntry[]);
  const problem = findRunResultProblem(result);
  if (problem !== undefined) throw new UsageError(`${path} is not a journal: ${problem}`);
  return checkedResult(result, path);
}

async function readLines(path: string): Promise<unknown[]> {
  const values: unknown[] = [];
  let problem: UsageError | undefined;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (problem) throw problem; // only the last line may be incomplete
      try {
        values.push(JSON.parse(line));
      } catch (cause) {
        problem = new UsageError(`${path}:${values.length + 1} is not JSON: ${messageOf(cause)}`, { cause });
      }
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`Cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  return values;
}

const isHeader = (value: unknown): value is JournalHeader => schemaOf(value) === journalSchema;

function toResult({ run, caseCount }: JournalHeader, entries: readonly JournalEntry[]): RunResult {
  const cases: CaseResult[] = entries.flatMap((entry) => ('case' in entry ? [entry.case] : []));
  const errors: Failure[] = entries.flatMap((entry) => ('error' in entry ? [entry.error] : []));
  const end = entries.flatMap((entry) => ('end' in entry ? [entry.end] : [])).at(-1);
  if (end) return toEndedResult({ run, end, cases, errors });
  const message = `The run was stopped before its end: ${cases.length} of ${caseCount} cases had finished.`;
  const durationMs = entries.at(-1)?.atMs ?? 0;
  const isMasked = (text: string) => text;
  const parts = { run: { ...run, durationMs }, cases, errors: [...errors, { message }], interrupted: true };
  return { ...assembleResult(parts, isMasked), missingCases: Math.max(0, caseCount - cases.length) };
}

interface EndedRun {
  run: JournalHeader['run'];
  end: RunEnd;
  cases: CaseResult[];
  errors: Failure[];
}

function toEndedResult({ run, end, cases, errors }: EndedRun): RunResult {
  const { durationMs, browser, verdict, totals, budgets, missingCases } = end;
  return {
    schema: resultSchema,
    run: { ...run, durationMs, ...(browser !== undefined && { browser }) },
    totals,
    verdict,
    ...(missingCases !== undefined && { missingCases }),
    ...(budgets && { budgets }),
    ...(errors.length > 0 && { errors }),
    cases,
  };
}
