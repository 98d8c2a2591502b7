/**
 * What the HTML report shows, prepared in Node so that the page only draws: a light index of all cases, and the details
 * of each case apart, which the page parses when the case is opened. Plain JSON, no functions.
 */
import type { CaseResult, Expectation, Failure, RunResult, StepResult, Verdict } from '#result/run-result.ts';
import { ceremonyMs } from '#result/statistics.ts';
import { type Phase, phases, type Span } from '#result/timeline.ts';
import { isRemote, type PartyEvent, type WireExchange } from '#result/transcript.ts';
import { firstLine, verdictsByUrgency } from '../format.ts';
import { leftOut, type PhaseStatistics, phaseStatistics } from '../phase-statistics.ts';
import { type DecodedExchange, decodeExchange } from './decode-wire.ts';
import { comparable, sideBySide } from './side-by-side.ts';

/** One line of the list. */
export interface CaseRow {
  id: string;
  title: string;
  verdict: Verdict;
  tags: string[];
  parties: Record<string, string>;
  file: string;
  durationMs: number;
  machineMs: number;
  gestureMs: number;
  attempts: number;
  /** The key was on another machine: the times include the network. */
  remote: boolean;
  /** First line of the first failure. */
  problem?: string;
}

/** Samples beyond this are thinned out: a strip of dots shows no more. */
const mostDots = 200;

export interface ReportIndex {
  run: RunResult['run'];
  verdict: Verdict;
  totals: RunResult['totals'];
  errors: Failure[];
  /** What needs attention first, else in the order of the run. */
  rows: CaseRow[];
  phases: PhaseStatistics[];
  /** Which timed cases are not in `phases`, as a sentence. */
  leftOut: string;
  /** Values of each party or coordinate that occur, in order of first use; keys with one value only are left out, but not the lines of devices. */
  coordinates: { key: string; values: string[] }[];
  tags: string[];
}

/** Whose time a bar is: decides its colour and row group. */
export type Lane = 'user' | 'page' | 'relying-party' | 'client' | 'authenticator';

const laneOf = {
  page: 'page',
  'rp-options': 'relying-party',
  client: 'client',
  'get-info': 'authenticator',
  pin: 'authenticator',
  'user-dialog': 'user',
  'user-presence': 'user',
  'make-credential': 'authenticator',
  'get-assertion': 'authenticator',
  'rp-verify': 'relying-party',
  'rp-store': 'relying-party',
} as const satisfies Record<Phase, Lane>;

export interface Bar {
  label: string;
  phase: string;
  lane: Lane;
  gesture: boolean;
  /** How many earlier bars contain this one. */
  depth: number;
  startMs: number;
  durationMs: number;
}

export interface CaseDetail {
  location: CaseResult['location'];
  failures: Failure[];
  steps: StepResult[];
  expectations: (Omit<Expectation, 'expected' | 'actual'> & { expected: string; actual: string })[];
  ceremony: { startMs: number; totalMs: number; machineMs: number; gestureMs: number };
  bars: Bar[];
  wire: (WireExchange & { decoded: DecodedExchange })[];
  events: (Omit<PartyEvent, 'detail'> & { detail: string })[];
  attachments: CaseResult['attachments'];
  notes: string[];
}

export function reportIndex({ run, verdict, totals, errors = [], cases }: RunResult): ReportIndex {
  return {
    run,
    verdict,
    totals,
    errors,
    rows: inReadingOrder(cases).map(row),
    phases: phaseStatistics(cases).map((statistics) => ({ ...statistics, sample: thinned(statistics.sample) })),
    leftOut: leftOut(cases),
    coordinates: coordinates(cases),
    tags: [...new Set(cases.flatMap(({ tags }) => tags))].toSorted(),
  };
}

/** Cases in the order of the index; details are numbered alike. */
export const inReadingOrder = (cases: readonly CaseResult[]): CaseResult[] =>
  cases.toSorted((a, b) => verdictsByUrgency.indexOf(a.verdict) - verdictsByUrgency.indexOf(b.verdict));

function row(result: CaseResult): CaseRow {
  const { id, title, verdict, tags, location, durationMs, machineMs, gestureMs, attempts } = result;
  const { failures, notes, wire } = result;
  const problem = firstLine(failures[0]?.message ?? notes?.[0] ?? '');
  return {
    id,
    title,
    verdict,
    tags,
    parties: comparable(id, result.parties),
    file: location.file,
    durationMs,
    machineMs,
    gestureMs,
    attempts,
    remote: isRemote(wire),
    ...(problem && { problem }),
  };
}

function coordinates(cases: readonly CaseResult[]): ReportIndex['coordinates'] {
  const values = new Map<string, Set<string>>();
  for (const { id, parties } of cases) {
    for (const [key, value] of Object.entries(comparable(id, parties)))
      values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  return [...values]
    .filter(([key, found]) => found.size > 1 || key === sideBySide[0])
    .map(([key, found]) => ({ key, values: [...found] }));
}

const thinned = (sample: readonly number[]): number[] => {
  const step = Math.max(1, sample.length / mostDots);
  return Array.from({ length: Math.min(sample.length, mostDots) }, (_, index) => sample[Math.floor(index * step)]!);
};

export function caseDetail(result: CaseResult): CaseDetail {
  return {
    location: result.location,
    failures: result.failures,
    steps: result.steps,
    expectations: result.expectations.map((line) => ({
      ...line,
      expected: shown(line.expected),
      actual: line.skipped ? `not observable: ${line.skipped}` : shown(line.actual),
    })),
    ceremony: { startMs: Math.min(0, ...result.spans.map(({ startMs }) => startMs)), ...ceremonyMs(result.spans) },
    bars: bars(result.spans),
    wire: result.wire.map((exchange) => ({ ...exchange, decoded: decodeExchange(exchange) })),
    events: result.events.map(({ detail, ...event }) => ({
      ...event,
      detail: Object.entries(detail ?? {})
        .map(([key, value]) => `${key}: ${value}`)
        .join(', '),
    })),
    attachments: result.attachments,
    notes: result.notes ?? [],
  };
}

/** A missing member is not the text "undefined". */
const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Rounding of clocks must not turn a neighbour into a child. */
const toleranceMs = 0.01;

function bars(spans: readonly Span[]): Bar[] {
  const open: number[] = [];
  return spans
    .toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs)
    .map(({ phase, label, startMs, durationMs }) => {
      const end = startMs + durationMs;
      while (open.length > 0 && open.at(-1)! < end - toleranceMs) open.pop();
      const depth = open.length;
      open.push(end);
      return {
        label,
        phase: phases[phase].label,
        lane: laneOf[phase],
        gesture: phases[phase].by === 'gesture',
        depth,
        startMs,
        durationMs,
      };
    });
}
