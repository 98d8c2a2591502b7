import type { Location, TestCase, TestError, TestResult } from '@playwright/test/reporter';
import { describe, expect, it } from 'vitest';
import { caseRecordAttachment, secretsAttachment } from '#result/run-result.ts';
import { collectCase, type Project, secretsOf, verdictOf, willRetry } from './collect-case.ts';
import { sampleCase } from './testing/sample-runs.ts';

const yaml = 'id: x\nsteps:\n\t- touch: never\n  - done\n';
const project: Project = {
  root: '/project',
  source: (path) => (path === '/project/scenarios/a.yaml' ? yaml : undefined),
};
const location: Location = { file: '/project/scenarios/a.yaml', line: 1, column: 1 };

const attempt = (status: TestResult['status'], more: Partial<TestResult> = {}): TestResult => ({
  status,
  retry: 0,
  duration: 12,
  errors: [],
  attachments: [],
  steps: [],
  stdout: [],
  stderr: [],
  startTime: new Date(0),
  annotations: [],
  parallelIndex: 0,
  workerIndex: 0,
  error: undefined,
  ...more,
});

type Outcome = ReturnType<TestCase['outcome']>;
function testCase(outcome: Outcome, results: TestResult[], more: Partial<TestCase> = {}): TestCase {
  const test = {
    title: 'works',
    location,
    tags: ['@smoke'],
    annotations: [],
    results,
    expectedStatus: 'passed',
    retries: 0,
    ...more,
  };
  return {
    ...test,
    outcome: () => outcome,
    titlePath: () => ['', 'chromium', 'a.yaml', 'group', 'works'],
  } as unknown as TestCase;
}

const withBody = (name: string, value: unknown) => ({
  name,
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(value)),
});
const error = (message: string, more: Partial<TestError> = {}): TestError => ({ message, ...more });

describe('verdictOf', () => {
  it('returns the verdict of the failed attempts when a later attempt was skipped', () => {
    const skipped = attempt('skipped', { retry: 1 });
    const failed = attempt('failed', { errors: [error('no')] });
    const broken = attempt('failed', { errors: [error('InfrastructureError: no device')] });
    expect(verdictOf(testCase('flaky', [failed, skipped], { expectedStatus: 'skipped' }))).toBe('failed');
    expect(verdictOf(testCase('flaky', [broken, skipped], { expectedStatus: 'skipped' }))).toBe('errored');
  });

  it.each<[string, string, TestCase]>([
    ['passed', 'an expected pass', testCase('expected', [attempt('passed')])],
    ['failed', 'an unexpected failure', testCase('unexpected', [attempt('failed', { errors: [error('Error: no')] })])],
    [
      'failed',
      'a timeout',
      testCase('unexpected', [attempt('timedOut', { errors: [error('Test timeout of 90000ms exceeded.')] })]),
    ],
    ['flaky', 'a pass after a failure', testCase('flaky', [attempt('failed'), attempt('passed', { retry: 1 })])],
    ['skipped', 'a skip', testCase('skipped', [attempt('skipped')])],
    ['skipped', 'a skip that never ran', testCase('skipped', [], { expectedStatus: 'skipped' })],
    ['interrupted', 'an interruption', testCase('skipped', [attempt('interrupted')])],
    ['interrupted', 'a case that never started', testCase('skipped', [])],
    [
      'errored',
      'an InfrastructureError',
      testCase('unexpected', [attempt('failed', { errors: [error('InfrastructureError: no device')] })]),
    ],
    [
      'errored',
      'a coloured InfrastructureError',
      testCase('unexpected', [
        attempt('failed', { errors: [error('\u001b[31mInfrastructureError\u001b[39m: no device')] }),
      ]),
    ],
    [
      'errored',
      'an InfrastructureError as cause',
      testCase('unexpected', [
        attempt('failed', { errors: [error('Error: x', { cause: error('InfrastructureError: y') })] }),
      ]),
    ],
    [
      'errored',
      'a missing browser',
      testCase('unexpected', [
        attempt('failed', { errors: [error("Error: browserType.launch: Executable doesn't exist at /x")] }),
      ]),
    ],
    [
      'errored',
      'a browser that does not open pages',
      testCase('unexpected', [attempt('failed', { errors: [error('Error: browser.newContext: Protocol error')] })]),
    ],
    [
      'errored',
      'something that is missing on this machine',
      testCase('unexpected', [attempt('failed', { errors: [error('UnavailableError: Playwright cannot drive it')] })]),
    ],
    [
      'errored',
      'a worker process that died',
      testCase('unexpected', [
        attempt('failed', { errors: [error('Error: worker process exited unexpectedly (code=null, signal=SIGKILL)')] }),
      ]),
    ],
    [
      'failed',
      'a product failure before an infrastructure error in the teardown',
      testCase('unexpected', [attempt('failed', { errors: [error('Error: no'), error('InfrastructureError: y')] })]),
    ],
    [
      'failed',
      'a message that only mentions InfrastructureError',
      testCase('unexpected', [attempt('failed', { errors: [error('Error: saw InfrastructureError')] })]),
    ],
  ])('returns %s for %s', (verdict, _, test) => {
    expect(verdictOf(test)).toBe(verdict);
  });
});

describe('collectCase', () => {
  it('uses the record of the last attempt that has one', () => {
    const { id, title, tags, location: at, parties, spans, steps, expectations, wire, events } = sampleCase();
    const record = { id, title, tags, location: at, parties, spans, steps, expectations, wire, events };
    const first = attempt('failed', { attachments: [withBody(caseRecordAttachment, { ...record, title: 'old' })] });
    const test = testCase('flaky', [
      first,
      attempt('passed', { retry: 1, attachments: [withBody(caseRecordAttachment, record)] }),
    ]);
    const collected = collectCase(test, project);
    expect(collected).toMatchObject({ ...record, verdict: 'flaky', attempts: 2, durationMs: 12 });
    expect(collected.machineMs).toBeGreaterThan(0);
    expect(collected.gestureMs).toBeGreaterThan(0);
  });

  it('uses the id in the annotation when the test never ran', () => {
    const identity = {
      id: 'a.b',
      title: 'T',
      tags: ['x'],
      location: { file: 'scenarios/a.yaml', line: 2, column: 1 },
      parties: { persona: 'p' },
    };
    const annotations = [
      { type: caseRecordAttachment, description: JSON.stringify(identity) },
      { type: 'skip', description: 'not here' },
    ];
    const collected = collectCase(testCase('skipped', [attempt('skipped')], { annotations }), project);
    expect(collected).toMatchObject({ ...identity, verdict: 'skipped', notes: ['not here'] });
  });

  it.each([
    ['not JSON', '{'],
    ['another shape', '{"id": 7}'],
    ['a list', '[]'],
  ])('falls back to the Playwright test when the record is %s', (_, body) => {
    const broken = { name: caseRecordAttachment, contentType: 'application/json', body: Buffer.from(body) };
    const collected = collectCase(testCase('expected', [attempt('passed', { attachments: [broken] })]), project);
    expect(collected).toMatchObject({
      id: 'scenarios/a.yaml > group > works',
      title: 'group › works',
      tags: ['smoke'],
      parties: { project: 'chromium' },
      location: { file: 'scenarios/a.yaml', line: 1, column: 1 },
      spans: [],
    });
  });

  it('adds the location in the YAML and the lines around it to a failure, without colours', () => {
    const errors = [
      error('Error: \u001b[31mnot touched\u001b[39m', {
        location: { ...location, line: 3, column: 4 },
        stack: 'Error: not touched\n    at scenarios/a.yaml:3:4',
      }),
    ];
    const [failure] = collectCase(testCase('unexpected', [attempt('failed', { errors })]), project).failures;
    expect(failure).toEqual({
      attempt: 1,
      message: 'not touched',
      location: { file: 'scenarios/a.yaml', line: 3, column: 4 },
      codeFrame: '  1 | id: x\n  2 | steps:\n> 3 |  - touch: never\n    |    ^\n  4 |   - done',
      stack: '    at scenarios/a.yaml:3:4',
    });
  });

  it.each([
    ['Error: no answer', 'touch: no answer. The page says "Hello"'],
    ['TimeoutError: 5 s are over', 'touch: no answer. The page says "Hello"\nCaused by: TimeoutError: 5 s are over'],
  ])('adds the cause %s if the message does not say it', (cause, message) => {
    const errors = [error('Error: touch: no answer. The page says "Hello"', { cause: { message: cause } })];
    const [failure] = collectCase(testCase('unexpected', [attempt('failed', { errors })]), project).failures;
    expect(failure?.message).toBe(message);
  });

  it('uses the snippet of Playwright when the source cannot be read', () => {
    const errors = [
      error('no', { location: { file: '/elsewhere', line: 1, column: 1 }, snippet: '\u001b[1m> 1 | x\u001b[0m' }),
    ];
    const [failure] = collectCase(testCase('unexpected', [attempt('failed', { errors })]), project).failures;
    expect(failure?.codeFrame).toBe('> 1 | x');
  });

  it('reports a failure when a test that is expected to fail passed', () => {
    const test = testCase('unexpected', [attempt('passed')], { expectedStatus: 'failed' });
    expect(collectCase(test, project)).toMatchObject({
      verdict: 'failed',
      failures: [{ message: expect.stringContaining('but it passed') }],
    });
  });
});

it('willRetry returns whether another attempt follows', () => {
  const failed = attempt('failed');
  expect(willRetry(testCase('unexpected', [failed], { retries: 1 }), failed)).toBe(true);
  expect(willRetry(testCase('unexpected', [failed]), failed)).toBe(false);
  expect(willRetry(testCase('skipped', [], { retries: 1 }), attempt('interrupted'))).toBe(false);
});

it('secretsOf returns the attached secrets and ignores other values', () => {
  expect(secretsOf(attempt('passed', { attachments: [withBody(secretsAttachment, ['1234', 7, null])] }))).toEqual([
    '1234',
  ]);
  expect(secretsOf(attempt('passed', { attachments: [withBody('other', ['1234'])] }))).toEqual([]);
});
