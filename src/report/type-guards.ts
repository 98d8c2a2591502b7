/**
 * Type guards for JSON that comes from outside: case records in attachments, and the master file that `touchstone report` reads.
 * Renderers rely on these types. Written by hand because the report module checks only two shapes.
 */
import { budgetStatistics, budgetSubjects } from '#result/budget.ts';
import { type CaseIdentity, type CaseRecord, type RunResult, resultSchema, verdicts } from '#result/run-result.ts';
import { phases } from '#result/timeline.ts';

/** Returns the first problem of `value` with the path of the member, or undefined when there is none. */
type Check = (value: unknown, path: string) => string | undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 60);
}

const problem = (path: string, expected: string, value: unknown): string =>
  `${path === '' ? '' : `${path}: `}expected ${expected}, got ${describeValue(value)}`;

const scalar =
  (expected: string, accepts: (value: unknown) => boolean): Check =>
  (value, path) =>
    accepts(value) ? undefined : problem(path, expected, value);

const text = scalar('a string', (value) => typeof value === 'string');
const number = scalar('a finite number', Number.isFinite);
const flag = scalar('true or false', (value) => typeof value === 'boolean');
const oneOf = (words: readonly string[]): Check =>
  scalar(`one of ${words.join(', ')}`, (value) => words.includes(value as string));

const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? undefined : check(value, path);

const list =
  (item: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return problem(path, 'a list', value);
    return firstProblem(value.map((entry, index) => () => item(entry, `${path}[${index}]`)));
  };

const record =
  (item: Check): Check =>
  (value, path) => {
    if (!isObject(value)) return problem(path, 'an object', value);
    return firstProblem(
      Object.entries(value).map(
        ([key, entry]) =>
          () =>
            item(entry, `${path}.${key}`),
      ),
    );
  };

const object =
  (members: Record<string, Check>): Check =>
  (value, path) => {
    if (!isObject(value)) return problem(path, 'an object', value);
    const memberPath = (key: string) => (path === '' ? key : `${path}.${key}`);
    return firstProblem(
      Object.entries(members).map(
        ([key, check]) =>
          () =>
            check(value[key], memberPath(key)),
      ),
    );
  };

function firstProblem(checks: (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

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
const event = object({ atMs: number, party: text, event: text, detail: optional(record(() => undefined)) });
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
const runResult = object({
  schema: oneOf([resultSchema]),
  run: object({
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
    shard: optional(object({ index: number, total: number, selection: list(text) })),
    folder: optional(text),
  }),
  totals: object(
    // Runs of earlier versions have no waived cases.
    Object.fromEntries(verdicts.map((verdict) => [verdict, verdict === 'waived' ? optional(number) : number])),
  ),
  verdict: oneOf(verdicts),
  budgets: optional(list(budgetResult)),
  errors: optional(list(failure)),
  cases: list(caseResult),
});

export const isCaseIdentity = (value: unknown): value is CaseIdentity => object(identity)(value, '') === undefined;
export const isCaseRecord = (value: unknown): value is CaseRecord => object(caseRecord)(value, '') === undefined;

/** Returns the first reason why `value` is not the line of a journal, or undefined when it is one. */
export const findJournalEntryProblem: (value: unknown) => string | undefined = (value) =>
  object({ atMs: number, case: optional(caseResult), error: optional(failure) })(value, '');

/** Returns the first reason why `value` is not a master file, or undefined when it is one. */
export const findRunResultProblem = (value: unknown): string | undefined => runResult(value, '');
export const isRunResult = (value: unknown): value is RunResult => findRunResultProblem(value) === undefined;
