/**
 * From Playwright's tests to cases of the master file: which verdict, which failures, whose record. Reads nothing and
 * writes nothing: sources of code frames come through a function, attachments are left for `attachments.ts`.
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

/** What the collector needs to know of the project. */
export interface Project {
  /** Absolute path that locations are shown relative to. */
  root: string;
  /** Text of a file by absolute path, undefined when it cannot be read. */
  source(path: string): string | undefined;
}

/** The case that `test` stands for, after its last attempt; attachments are still to come. */
export function collectCase(test: TestCase, project: Project): CaseResult {
  const record = latestRecord(test);
  const identity = record ?? identityOf(test, project);
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
 * `errored` only when the machine broke first: a product failure is not excused by a teardown that breaks after it, nor by
 * another attempt that was skipped.
 */
export function verdictOf(test: TestCase): Verdict {
  const last = test.results.at(-1);
  if (last === undefined) return test.expectedStatus === 'skipped' ? 'skipped' : 'interrupted';
  if (last.status === 'interrupted') return 'interrupted';
  const outcome = test.outcome();
  if (outcome === 'unexpected' || (outcome === 'flaky' && last.status === 'skipped')) {
    const judged = test.results.findLast(({ status }) => status !== 'skipped');
    return isInfrastructure(judged?.errors[0]) ? 'errored' : 'failed';
  }
  return ({ skipped: 'skipped', expected: 'passed', flaky: 'flaky' } as const)[outcome];
}

/** Whether another attempt follows `result`. */
export const willRetry = (test: TestCase, result: TestResult): boolean =>
  result.retry < test.retries &&
  result.status !== test.expectedStatus &&
  result.status !== 'skipped' &&
  result.status !== 'interrupted';

/** Beside the host's own mark: what Playwright says when the browser is missing or a worker process died. */
const brokenMachine = /browserType\.launch|executable doesn't exist|worker process exited unexpectedly/i;

function isInfrastructure(error: TestError | undefined): boolean {
  if (error === undefined) return false;
  const text = stripVTControlCharacters(error.message ?? error.value ?? '').trimStart();
  const isOurs = [infrastructureErrorName, refusedErrorName].some((name) => text.startsWith(name));
  return isOurs || brokenMachine.test(text) || isInfrastructure(error.cause);
}

function failuresOf(test: TestCase, result: TestResult, project: Project): Failure[] {
  if (result.errors.length === 0 && result.status === 'passed' && test.expectedStatus === 'failed')
    return [{ attempt: result.retry + 1, message: 'The test is marked as failing, but it passed.' }];
  return result.errors.map((error) => ({ attempt: result.retry + 1, ...toFailure(error, project) }));
}

/** A Playwright error as the master keeps it: without colours, with its place and the lines around it. */
export function toFailure(error: TestError, project: Project): Failure {
  const message = stripVTControlCharacters(error.message ?? error.value ?? 'no message').replace(/^Error: /, '');
  const cause = error.cause?.message ? `\nCaused by: ${stripVTControlCharacters(error.cause.message)}` : '';
  const stack = stackFrames(error.stack);
  if (error.location === undefined) return { message: message + cause, ...(stack && { stack }) };
  const source = project.source(error.location.file);
  const frame =
    (source && codeFrame(source, error.location)) ?? (error.snippet && stripVTControlCharacters(error.snippet));
  return {
    message: message + cause,
    location: place(error.location, project),
    ...(frame && { codeFrame: frame }),
    ...(stack && { stack }),
  };
}

/** The frames only: the message stands in `message` already. */
function stackFrames(stack: string | undefined): string | undefined {
  const frames = stripVTControlCharacters(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return frames.length > 0 ? frames.join('\n') : undefined;
}

function latestRecord(test: TestCase): CaseRecord | undefined {
  for (const result of test.results.toReversed()) {
    for (const text of bodies(result, caseRecordAttachment)) {
      const parsed = parseJson(text);
      if (isCaseRecord(parsed)) return parsed;
    }
  }
  return undefined;
}

function identityOf(test: TestCase, project: Project): CaseIdentity {
  const annotation = test.annotations.find(({ type }) => type === caseRecordAttachment);
  const annotated = annotation?.description ? parseJson(annotation.description) : undefined;
  if (isCaseIdentity(annotated)) return annotated;
  const [, projectName = '', , ...titles] = test.titlePath();
  const location = place(test.location, project);
  return {
    id: [location.file, ...titles].join(' > '),
    title: titles.join(' › '),
    tags: test.tags.map((tag) => tag.replace(/^@/, '')),
    location,
    parties: projectName ? { project: projectName } : {},
  };
}

/** Secrets that the host registered with an attempt. */
export function secretsOf(result: TestResult): string[] {
  const listed = bodies(result, secretsAttachment).map(parseJson);
  return listed.flat().filter((secret) => typeof secret === 'string');
}

const bodies = (result: TestResult, name: string): string[] =>
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

function playwrightSteps(result: TestResult | undefined, project: Project): StepResult[] {
  const steps = result?.steps.filter(({ category }) => category === 'test.step') ?? [];
  return steps.map((step: TestStep) => ({
    title: step.title,
    verdict: step.error ? 'failed' : 'passed',
    startMs: Math.max(0, step.startTime.getTime() - result!.startTime.getTime()),
    durationMs: Math.max(0, step.duration),
    location: step.location ? place(step.location, project) : { file: '', line: 0, column: 0 },
  }));
}

const place = ({ file, line, column }: Location, { root }: Project): SourceLocation => ({
  file: relative(root, file).replaceAll(sep, '/'),
  line,
  column,
});
