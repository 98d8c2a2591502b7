/** CTRF, the Common Test Report Format (https://ctrf.io). Steps have no times there: timings are in `extra`. Pure. */
import type { CaseResult, RunResult, Verdict } from '#result/run-result.ts';
import { formatLocation, leadingFailure } from '../format.ts';

type CtrfStatus = 'passed' | 'failed' | 'skipped' | 'pending' | 'other';

/** CTRF has no infrastructure error, and no interrupted case. */
const statuses = {
  passed: 'passed',
  flaky: 'passed',
  failed: 'failed',
  errored: 'other',
  interrupted: 'other',
  skipped: 'skipped',
  waived: 'other',
} as const satisfies Record<Verdict, CtrfStatus>;

export function renderCtrf({ run, cases, budgets = [], errors = [], verdict }: RunResult): string {
  const start = Date.parse(run.startedAt);
  const count = (status: CtrfStatus) => cases.filter((item) => statuses[item.verdict] === status).length;
  const summary = {
    tests: cases.length,
    passed: count('passed'),
    failed: count('failed'),
    pending: 0,
    skipped: count('skipped'),
    other: count('other'),
    flaky: cases.filter((item) => item.verdict === 'flaky').length,
    start,
    stop: start + Math.round(run.durationMs),
  };
  const report = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    generatedBy: `touchstone ${run.touchstone}`,
    timestamp: run.startedAt,
    results: {
      tool: { name: 'touchstone', version: run.touchstone },
      summary,
      tests: cases.map(toTest),
      environment: { osPlatform: run.platform, testEnvironment: run.browser ?? 'none' },
      extra: { run, verdict, budgets, errors },
    },
  };
  return `${JSON.stringify(report, undefined, 1)}\n`;
}

function toTest(item: CaseResult): object {
  const { title, verdict, durationMs, location, tags, attempts, failures, notes = [], steps, attachments } = item;
  const failure = leadingFailure({ failures });
  const message = failure?.message ?? notes[0];
  return {
    name: title,
    status: statuses[verdict],
    duration: Math.round(durationMs),
    rawStatus: verdict,
    suite: [location.file],
    ...(message !== undefined && { message }),
    ...(failure?.stack && { trace: failure.stack }),
    ...(failure?.codeFrame && { snippet: failure.codeFrame }),
    line: location.line,
    tags,
    type: 'e2e',
    filePath: location.file,
    retries: Math.max(0, attempts - 1),
    flaky: verdict === 'flaky',
    browser: [item.parties.browser, item.parties['browser version']].filter(Boolean).join(' '),
    steps: steps.map((step) => ({ name: step.title, status: step.verdict })),
    attachments: attachments.map(({ name, contentType, path }) => ({ name, contentType, path })),
    parameters: item.parties,
    extra: {
      id: item.id,
      location: formatLocation(location),
      machineMs: item.machineMs,
      gestureMs: item.gestureMs,
      spans: item.spans,
      stepMs: steps.map((step) => step.durationMs),
    },
  };
}
