/**
 * Is this JSON value a case record, is it a master file? Checked where JSON comes in (attachments, `touchstone report`),
 * so that renderers can trust the types. Hand-written: the report room needs two shapes, not a schema library.
 */
import { type CaseIdentity, type CaseRecord, type RunResult, resultSchema, verdicts } from '#result/run-result.ts';
import { phases } from '#result/timeline.ts';

type Check = (value: unknown, path: string) => string | undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const found = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'a list'
        : typeof value === 'object'
          ? 'an object'
          : JSON.stringify(value).slice(0, 60);

const must =
  (wanted: string, test: (value: unknown) => boolean): Check =>
  (value, path) =>
    test(value) ? undefined : `${path}: wanted ${wanted}, found ${found(value)}`;

const text = must('a text', (value) => typeof value === 'string');
const number = must('a finite number', Number.isFinite);
const flag = must('true or false', (value) => typeof value === 'boolean');
const oneOf = (words: readonly string[]): Check =>
  must(`one of ${words.join(', ')}`, (value) => words.includes(value as string));

const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? undefined : check(value, path);

const list =
  (item: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return `${path}: wanted a list, found ${found(value)}`;
    return firstProblem(value.map((entry, index) => () => item(entry, `${path}[${index}]`)));
  };

const record =
  (item: Check): Check =>
  (value, path) => {
    if (!isObject(value)) return `${path}: wanted an object, found ${found(value)}`;
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
    if (!isObject(value)) return `${path}: wanted an object, found ${found(value)}`;
    return firstProblem(
      Object.entries(members).map(
        ([key, check]) =>
          () =>
            check(value[key], path === '' ? key : `${path}.${key}`),
      ),
    );
  };

function firstProblem(checks: (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const problem = check();
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const location = object({ file: text, line: number, column: number });
const identity = { id: text, title: text, tags: list(text), location, parties: record(text) };
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
    browser: optional(text),
    folder: optional(text),
  }),
  totals: object(Object.fromEntries(verdicts.map((verdict) => [verdict, number]))),
  verdict: oneOf(verdicts),
  errors: optional(list(failure)),
  cases: list(caseResult),
});

export const isCaseIdentity = (value: unknown): value is CaseIdentity => object(identity)(value, '') === undefined;
export const isCaseRecord = (value: unknown): value is CaseRecord => object(caseRecord)(value, '') === undefined;

/** The first thing that keeps `value` from being a master file, or undefined when it is one. */
export const problemOfRunResult = (value: unknown): string | undefined => runResult(value, '');
export const isRunResult = (value: unknown): value is RunResult => problemOfRunResult(value) === undefined;
