/**
 * Collects a case of the master file from a Playwright test: its verdict, failures and record. Does no input or output: sources
 * for code frames come through a function, and attachments are copied by `attachments.ts`.
 */
import { relative, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Location, TestCase, TestError, TestResult, TestStep } from '@playwright/test/reporter';
import { codeFrame } from '#result/code-frame.ts';
import {
  type CaseIdentity,
  type CaseRecord,
  type CaseResult,
  caseRecordAttachment,
  type Failure,
  infrastructureErrorName,
  refusedErrorName,
  type SourceLocation,
  type StepResult,
  secretsAttachment,
  type Verdict,
} from '#result/run-result.ts';
import { ceremonyMs } from '#result/statistics.ts';
import { isCaseIdentity, isCaseRecord } from './type-guards.ts';

/** The project that the tests belong to. */
export interface Project {
  /** Absolute path; locations are shown relative to it. */
  root: string;
  /** Returns the text of the file at an absolute path, undefined when it cannot be read. */
  source(path: string): string | undefined;
}

/** Returns the case of `test` after its last attempt, without attachments. */
export function collectCase(test: TestCase, project: Project): CaseResult {
  const record = latestRecord(test);
  const registered = identityOf(test, project);
  const { measurement, budgets } = registered;
  const identity = record ?? registered;
  const { gestureMs, machineMs } = ceremonyMs(record?.spans ?? []);
  const last = test.results.at(-1);
  const notes = test.annotations.flatMap(({ type, description }) =>
    type === caseRecordAttachment || !description ? [] : [description],
  );
  return {
    id: identity.id,
    title: identity.title,
    tags: identity.tags,
    location: identity.location,
    parties: identity.parties,
    spans: record?.spans ?? [],
    steps: record?.steps ?? playwrightSteps(last, project),
    expectations: record?.expectations ?? [],
    wire: record?.wire ?? [],
    events: record?.events ?? [],
    ...(measurement && { measurement }),
    ...(budgets && { budgets }),
    verdict: verdictOf(test),
    durationMs: last?.duration ?? 0,
    gestureMs,
    machineMs,
    attempts: test.results.length,
    failures: test.results.flatMap((result) => failuresOf(test, result, project)),
    attachments: [],
    ...(notes.length > 0 && { notes: [...new Set(notes)] }),
  };
}

/**
 * Returns the verdict over all attempts. It is `errored` only when the first error is one of the infrastructure: an error during
 * the teardown after a product failure, or a later attempt that was skipped, leaves it `failed`.
 */
export function verdictOf(test: TestCase): Verdict {
  const last = test.results.at(-1);
  if (last === undefined) return test.expectedStatus === 'skipped' ? 'skipped' : 'interrupted';
  if (last.status === 'interrupted') return 'interrupted';
  const outcome = test.outcome();
  if (outcome === 'unexpected' || (outcome === 'flaky' && last.status === 'skipped')) {
    const decisive = test.results.findLast(({ status }) => status !== 'skipped');
    return isInfrastructureError(decisive?.errors[0]) ? 'errored' : 'failed';
  }
  return ({ skipped: 'skipped', expected: 'passed', flaky: 'flaky' } as const)[outcome];
}

/** Whether another attempt follows `result`. */
export const willRetry = (test: TestCase, result: TestResult): boolean =>
  result.retry < test.retries &&
  result.status !== test.expectedStatus &&
  result.status !== 'skipped' &&
  result.status !== 'interrupted';

/** Playwright's messages for a browser that is missing or does not work, or a worker process that died. */
const infrastructureMessage =
  /browserType\.launch|browser\.newContext|executable doesn't exist|worker process exited unexpectedly/i;

function isInfrastructureError(error: TestError | undefined): boolean {
  if (error === undefined) return false;
  const text = stripVTControlCharacters(error.message ?? error.value ?? '').trimStart();
  const isNamed = [infrastructureErrorName, refusedErrorName, 'UnavailableError'].some((name) => text.startsWith(name));
  return isNamed || infrastructureMessage.test(text) || isInfrastructureError(error.cause);
}

function failuresOf(test: TestCase, result: TestResult, project: Project): Failure[] {
  if (result.errors.length === 0 && result.status === 'passed' && test.expectedStatus === 'failed')
    return [{ attempt: result.retry + 1, message: 'The test is marked as failing, but it passed.' }];
  return result.errors.map((error) => ({ attempt: result.retry + 1, ...toFailure(error, project) }));
}

/** Returns a Playwright error as a failure of the report: without colours, with its location and the lines around it. */
export function toFailure(error: TestError, project: Project): Failure {
  const message = stripVTControlCharacters(error.message ?? error.value ?? 'no message').replace(uninformativeName, '');
  const reason = stripVTControlCharacters(error.cause?.message ?? '');
  const isSaid = message.includes(reason.replace(/^\w+: /, '')); // most messages contain that of their cause
  const cause = isSaid ? '' : `\nCaused by: ${reason}`;
  const stack = stackFrames(error.stack);
  if (error.location === undefined) return { message: message + cause, ...(stack && { stack }) };
  const source = project.source(error.location.file);
  const frame =
    (source && codeFrame(source, error.location)) ?? (error.snippet && stripVTControlCharacters(error.snippet));
  return {
    message: message + cause,
    location: toSourceLocation(error.location, project),
    ...(frame && { codeFrame: frame }),
    ...(stack && { stack }),
  };
}

/** Names of errors that mean only that the case failed. */
const uninformativeName = /^(?:Error|ScenarioFailure): /;

/** Returns the stack without the message. */
function stackFrames(stack: string | undefined): string | undefined {
  const frames = stripVTControlCharacters(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return frames.length > 0 ? frames.join('\n') : undefined;
}

/** Returns the record of the last attempt that attached a valid one. */
function latestRecord(test: TestCase): CaseRecord | undefined {
  for (const result of test.results.toReversed()) {
    for (const text of attachedTexts(result, caseRecordAttachment)) {
      const parsed = parseJson(text);
      if (isCaseRecord(parsed)) return parsed;
    }
  }
  return undefined;
}

/** Returns the identity that the test was registered with, or one made from its Playwright title. */
function identityOf(test: TestCase, project: Project): CaseIdentity {
  const annotation = test.annotations.find(({ type }) => type === caseRecordAttachment);
  const annotated = annotation?.description ? parseJson(annotation.description) : undefined;
  if (isCaseIdentity(annotated)) return annotated;
  const [, projectName = '', , ...titles] = test.titlePath();
  const location = toSourceLocation(test.location, project);
  return {
    id: [location.file, ...titles].join(' > '),
    title: titles.join(' › '),
    tags: test.tags.map((tag) => tag.replace(/^@/, '')),
    location,
    parties: projectName ? { project: projectName } : {},
  };
}

/** Returns the secrets that the test attached to an attempt. */
export function secretsOf(result: TestResult): string[] {
  const listed = attachedTexts(result, secretsAttachment).map(parseJson);
  return listed.flat().filter((secret) => typeof secret === 'string');
}

const attachedTexts = (result: TestResult, name: string): string[] =>
  result.attachments.flatMap((attachment) =>
    attachment.name === name && attachment.body ? [attachment.body.toString()] : [],
  );

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The `test.step` calls of a test that attached no case record. */
function playwrightSteps(result: TestResult | undefined, project: Project): StepResult[] {
  if (result === undefined) return [];
  const startedAt = result.startTime.getTime();
  return result.steps
    .filter(({ category }) => category === 'test.step')
    .map((step: TestStep) => ({
      title: step.title,
      verdict: step.error ? 'failed' : 'passed',
      startMs: Math.max(0, step.startTime.getTime() - startedAt),
      durationMs: Math.max(0, step.duration),
      location: step.location ? toSourceLocation(step.location, project) : { file: '', line: 0, column: 0 },
    }));
}

const toSourceLocation = ({ file, line, column }: Location, { root }: Project): SourceLocation => ({
  file: relative(root, file).replaceAll(sep, '/'),
  line,
  column,
});
