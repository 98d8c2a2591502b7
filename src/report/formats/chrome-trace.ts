/**
 * Trace events for Perfetto and chrome://tracing: one process for each case, with threads for steps, phases, CTAP commands and the events
 * of the parties. Times are microseconds since the start of the case, because cases do not share a clock. Pure.
 */
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { phases } from '#result/timeline.ts';

type TraceEvent = Record<string, unknown>;

const threads = { steps: 1, 'machine time': 2, 'gesture time': 3, CTAP: 4, events: 5 };

export function* renderChromeTrace({ run, cases }: RunResult): Generator<string> {
  yield `{"displayTimeUnit":"ms","otherData":${JSON.stringify({ run: run.id, touchstone: run.touchstone })},"traceEvents":[`;
  let separator = '\n';
  for (const [index, item] of cases.entries()) {
    for (const event of eventsOf(item, index + 1)) {
      yield `${separator}${JSON.stringify(event)}`;
      separator = ',\n';
    }
  }
  yield '\n]}\n';
}

function eventsOf(item: CaseResult, pid: number): TraceEvent[] {
  const complete = (name: string, tid: number, [startMs, durationMs]: [number, number], args: object): TraceEvent => ({
    name,
    ph: 'X',
    pid,
    tid,
    ts: toMicroseconds(startMs),
    dur: toMicroseconds(durationMs),
    args,
  });
  return [
    { name: 'process_name', ph: 'M', pid, args: { name: `${item.verdict}: ${item.id}` } },
    { name: 'process_sort_index', ph: 'M', pid, args: { sort_index: pid } },
    ...Object.entries(threads).map(([name, tid]) => ({ name: 'thread_name', ph: 'M', pid, tid, args: { name } })),
    ...item.steps.map(({ title, verdict, startMs, durationMs, location }) =>
      complete(title, threads.steps, [startMs, durationMs], { verdict, file: location.file, line: location.line }),
    ),
    ...item.spans.map(({ phase, label, startMs, durationMs }) =>
      complete(label, threads[`${phases[phase].by} time`], [startMs, durationMs], { phase }),
    ),
    ...item.wire.map(({ command, subCommand, atMs, durationMs, status, transportError, request, response }) =>
      complete([command, subCommand].filter(Boolean).join(' '), threads.CTAP, [atMs, durationMs], {
        status: status ?? transportError,
        request,
        response,
      }),
    ),
    ...item.events.map(({ party, event, atMs, detail }) => ({
      name: `${party}: ${event}`,
      ph: 'i',
      s: 'p',
      pid,
      tid: threads.events,
      ts: toMicroseconds(atMs),
      args: detail ?? {},
    })),
  ];
}

const toMicroseconds = (ms: number): number => Math.max(0, Math.round(ms * 1000));
