/**
 * Type guards for JSON that comes from outside: case records in attachments, and the result files that `touchstone report` reads.
 * Renderers rely on these types. Written by hand because the report module checks only two shapes.
 */
import { budgetStatistics, budgetSubjects } from '#result/budget.ts';
import { type CaseIdentity, type CaseRecord, type RunResult, resultSchema, verdicts } from '#result/run-result.ts';
import { phases } from '#result/timeline.ts';
import { journalSchema } from './journal.ts';
import { anything, flag, list, number, object, oneOf, optional, record, type Shape, text } from './shape.ts';

const location = object({ file: text, line: number, column: number });
const measurement = object({ role: oneOf(['warm-up', 'value', 'baseline']), caseId: text });
const budgetLimit = {
  maxMs: optional(number),
  ratio: optional(object({ max: number, confidence: number, baseline: optional(text) })),
};
const budget = {
  subject: oneOf(budgetSubjects),
  statistic: oneOf(Object.keys(budgetStatistics)),
  ...budgetLimit,
  location,
};
const budgetResult = object({
  ...budget,
  caseId: text,
  verdict: oneOf(['passed', 'failed', 'inconclusive']),
  message: text,
  n: number,
  valueMs: optional(number),
  baselineMs: optional(number),
  measuredRatio: optional(number),
  interval: optional(object({ lower: number, upper: number })),
});
const identity = {
  id: text,
  title: text,
  tags: list(text),
  location,
  parties: record(text),
  measurement: optional(measurement),
  budgets: optional(list(object(budget))),
};
const span = object({ phase: oneOf(Object.keys(phases)), label: text, startMs: number, durationMs: number });
const step = object({
  title: text,
  verdict: oneOf(['passed', 'failed', 'skipped']),
  startMs: number,
  durationMs: number,
  location,
});
const expectation = object({ path: text, ok: flag, skipped: optional(text), location });
const exchange = object({
  atMs: number,
  durationMs: number,
  command: text,
  subCommand: optional(text),
  request: text,
  response: optional(text),
  status: optional(text),
  transportError: optional(text),
  keepalives: list(oneOf(['processing', 'upneeded'])),
  remote: optional(flag),
});
const event = object({ atMs: number, party: text, event: text, detail: optional(record(anything)) });
const caseRecord = {
  ...identity,
  spans: list(span),
  steps: list(step),
  expectations: list(expectation),
  wire: list(exchange),
  events: list(event),
};
const failure = object({
  message: text,
  attempt: optional(number),
  location: optional(location),
  codeFrame: optional(text),
  stack: optional(text),
});
const attachment = object({ name: text, contentType: text, path: text });
const caseResult = object({
  ...caseRecord,
  verdict: oneOf(verdicts),
  durationMs: number,
  gestureMs: number,
  machineMs: number,
  attempts: number,
  failures: list(failure),
  attachments: list(attachment),
  notes: optional(list(text)),
});
const run = {
  id: text,
  startedAt: text,
  durationMs: number,
  command: text,
  seed: optional(text),
  touchstone: text,
  node: text,
  platform: text,
  machine: optional(text),
  browser: optional(text),
  release: optional(text),
  pipeline: optional(text),
  shard: optional(object({ index: number, total: number, selection: list(text) })),
  repositoryFolder: optional(text),
  folder: optional(text),
};
const totals = object(
  // Runs of earlier versions have no waived cases.
  Object.fromEntries(verdicts.map((verdict) => [verdict, verdict === 'waived' ? optional(number) : number])),
);
const runResult = object({
  schema: oneOf([resultSchema]),
  run: object(run),
  totals,
  verdict: oneOf(verdicts),
  missingCases: optional(number),
  budgets: optional(list(budgetResult)),
  errors: optional(list(failure)),
  cases: list(caseResult),
});
const end = object({
  durationMs: number,
  verdict: oneOf(verdicts),
  totals,
  missingCases: optional(number),
  budgets: optional(list(budgetResult)),
  browser: optional(text),
});

/** The lines of the master file, by the member that only they have. */
const masterFileLines = {
  schema: object({ schema: oneOf([journalSchema]), run: object(run), caseCount: number }),
  case: object({ atMs: optional(number), case: caseResult }),
  error: object({ atMs: optional(number), error: failure }),
  end: object({ end }),
} as const satisfies Record<string, Shape>;

/** Returns the JSON Schema (draft-07) of one line of the master file. */
export const masterFileJsonSchema = (): object => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'One line of result.ndjson, the master file of a run of Touchstone',
  anyOf: Object.values(masterFileLines).map(({ schema }) => schema),
});

export const isCaseIdentity = (value: unknown): value is CaseIdentity =>
  object(identity).check(value, '') === undefined;
export const isCaseRecord = (value: unknown): value is CaseRecord => object(caseRecord).check(value, '') === undefined;

/** Returns the first reason why `value` is not a line after the header of a master file, or undefined when it is one. */
export const findJournalEntryProblem: (value: unknown) => string | undefined = (value) =>
  object({ atMs: optional(number), case: optional(caseResult), error: optional(failure), end: optional(end) }).check(
    value,
    '',
  );

/** Returns the first reason why `value` is not the content of a `result.json`, or undefined when it is. */
export const findRunResultProblem = (value: unknown): string | undefined => runResult.check(value, '');
export const isRunResult = (value: unknown): value is RunResult => findRunResultProblem(value) === undefined;
