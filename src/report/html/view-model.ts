/**
 * The data of the HTML report as plain JSON, prepared in Node so that the page only draws: a small index of all cases, and the
 * details of each case, which the page parses when the case is opened.
 */
import type { CaseResult, Expectation, Failure, RunResult, StepResult, Verdict } from '#result/run-result.ts';
import { ceremonyMs } from '#result/statistics.ts';
import { type Phase, phases, type Span } from '#result/timeline.ts';
import { isRemote, type PartyEvent, type WireExchange } from '#result/transcript.ts';
import { firstLine, verdictsByUrgency } from '../format.ts';
import { describeExcludedCases, type PhaseStatistics, phaseStatistics } from '../phase-statistics.ts';
import { type DecodedExchange, decodeExchange } from './decode-wire.ts';
import { deviceMatrix, toCoordinates } from './matrix-coordinates.ts';

/** One entry of the list of cases. */
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
  /** Whether the key was on another machine, so that the times include the network. */
  remote: boolean;
  /** First line of the first failure. */
  problem?: string;
}

/** Larger samples are reduced: a strip of dots cannot show more. */
const maxDots = 200;

export interface ReportIndex {
  run: RunResult['run'];
  verdict: Verdict;
  totals: RunResult['totals'];
  errors: Failure[];
  /** Sorted by urgency of the verdict, then in the order of the run. */
  rows: CaseRow[];
  phases: PhaseStatistics[];
  /** A sentence about the timed cases that are not in `phases`; `''` if there are none. */
  excludedCases: string;
  /** The values of each coordinate in order of first use. A key with one value only is omitted, except the rows of the device matrix. */
  coordinates: { key: string; values: string[] }[];
  tags: string[];
}

/** The party whose time a bar shows; decides its colour. */
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
  /** Number of earlier bars that contain this one. */
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

export function toReportIndex({ run, verdict, totals, errors = [], cases }: RunResult): ReportIndex {
  return {
    run,
    verdict,
    totals,
    errors,
    rows: sortByUrgency(cases).map(toCaseRow),
    phases: phaseStatistics(cases).map((statistics) => ({ ...statistics, sample: reduceSample(statistics.sample) })),
    excludedCases: describeExcludedCases(cases),
    coordinates: collectCoordinates(cases),
    tags: [...new Set(cases.flatMap(({ tags }) => tags))].toSorted(),
  };
}

/** Returns the cases in the order of the index. Details have the same numbers. */
export const sortByUrgency = (cases: readonly CaseResult[]): CaseResult[] =>
  cases.toSorted((a, b) => verdictsByUrgency.indexOf(a.verdict) - verdictsByUrgency.indexOf(b.verdict));

function toCaseRow(result: CaseResult): CaseRow {
  const { id, title, verdict, tags, location, durationMs, machineMs, gestureMs, attempts } = result;
  const { failures, notes, wire } = result;
  const problem = firstLine(failures[0]?.message ?? notes?.[0] ?? '');
  return {
    id,
    title,
    verdict,
    tags,
    parties: toCoordinates(id, result.parties),
    file: location.file,
    durationMs,
    machineMs,
    gestureMs,
    attempts,
    remote: isRemote(wire),
    ...(problem && { problem }),
  };
}

function collectCoordinates(cases: readonly CaseResult[]): ReportIndex['coordinates'] {
  const values = new Map<string, Set<string>>();
  for (const { id, parties } of cases) {
    for (const [key, value] of Object.entries(toCoordinates(id, parties)))
      values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  return [...values]
    .filter(([key, found]) => found.size > 1 || key === deviceMatrix.rows)
    .map(([key, found]) => ({ key, values: [...found] }));
}

/** Returns at most `maxDots` values, spread evenly over the sample. */
function reduceSample(sample: readonly number[]): number[] {
  const step = Math.max(1, sample.length / maxDots);
  return sample.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

export function toCaseDetail(result: CaseResult): CaseDetail {
  return {
    location: result.location,
    failures: result.failures,
    steps: result.steps,
    expectations: result.expectations.map((line) => ({
      ...line,
      expected: displayValue(line.expected),
      actual: line.skipped ? `not observable: ${line.skipped}` : displayValue(line.actual),
    })),
    ceremony: { startMs: Math.min(0, ...result.spans.map(({ startMs }) => startMs)), ...ceremonyMs(result.spans) },
    bars: toBars(result.spans),
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

/** Returns the value as JSON, or `nothing` for a member that is missing. */
const displayValue = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Clocks round, so a bar may end this much after the bar that contains it. */
const toleranceMs = 0.01;

function toBars(spans: readonly Span[]): Bar[] {
  /** Ends of the bars that contain the current one. */
  const open: number[] = [];
  return spans
    .toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs)
    .map(({ phase, label, startMs, durationMs }) => {
      const end = startMs + durationMs;
      while ((open.at(-1) ?? Number.POSITIVE_INFINITY) < end - toleranceMs) open.pop();
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
