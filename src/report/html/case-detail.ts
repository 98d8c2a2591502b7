/**
 * The details of one case. The file stores little more than what the master file has; the page computes what it draws when the case
 * is opened: the nested bars of the waterfall and the decoded messages.
 */
import type { CaseResult, Expectation } from '#result/run-result.ts';
import { ceremonyMs } from '#result/statistics.ts';
import { type Phase, phases, type Span } from '#result/timeline.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import { type DecodedExchange, decodeExchange } from './decode-wire.ts';
import { roundMs } from './round-ms.ts';

/** What the file stores of a case, beside its row in the index. Values of expectations and of events are already text. */
export interface StoredCase
  extends Pick<CaseResult, 'location' | 'failures' | 'steps' | 'spans' | 'wire' | 'attachments'> {
  expectations: (Omit<Expectation, 'expected' | 'actual'> & { expected: string; actual: string })[];
  events: (Omit<PartyEvent, 'detail'> & { detail: string })[];
  notes: string[];
}

/** The party whose time a bar shows; decides its colour. */
export type Lane = 'user' | 'page' | 'relying-party' | 'client' | 'authenticator';

const laneOf = {
  page: 'page',
  'rp-options': 'relying-party',
  client: 'client',
  'get-info': 'authenticator',
  pin: 'authenticator',
  'user-code': 'user',
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

export interface CaseDetail extends Omit<StoredCase, 'spans' | 'wire'> {
  ceremony: { startMs: number; totalMs: number; machineMs: number; gestureMs: number };
  bars: Bar[];
  wire: (WireExchange & { decoded: DecodedExchange })[];
}

export function toStoredCase(result: CaseResult): StoredCase {
  const { location, failures, attachments, notes = [] } = result;
  return {
    location,
    failures,
    steps: result.steps.map((step) => ({ ...step, ...roundTimes(step) })),
    expectations: result.expectations.map((line) => ({
      ...line,
      expected: displayValue(line.expected),
      actual: line.skipped ? `not observable: ${line.skipped}` : displayValue(line.actual),
    })),
    spans: result.spans.map((span) => ({ ...span, ...roundTimes(span) })),
    wire: result.wire.map((exchange) => ({
      ...exchange,
      atMs: roundMs(exchange.atMs),
      durationMs: roundMs(exchange.durationMs),
    })),
    events: result.events.map((event) => ({
      ...event,
      atMs: roundMs(event.atMs),
      detail: Object.entries(event.detail ?? {})
        .map(([key, value]) => `${key}: ${value}`)
        .join(', '),
    })),
    attachments,
    notes,
  };
}

const roundTimes = ({ startMs, durationMs }: { startMs: number; durationMs: number }) => ({
  startMs: roundMs(startMs),
  durationMs: roundMs(durationMs),
});

/** Returns the value as JSON, or `nothing` for a member that is missing. */
const displayValue = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Returns what the page draws. */
export function toCaseDetail({ spans, wire, ...stored }: StoredCase): CaseDetail {
  return {
    ...stored,
    ceremony: { startMs: Math.min(0, ...spans.map(({ startMs }) => startMs)), ...ceremonyMs(spans) },
    bars: toBars(spans),
    wire: wire.map((exchange) => ({ ...exchange, decoded: decodeExchange(exchange) })),
  };
}

/** Times are rounded, so a bar may end this much after the bar that contains it. */
const toleranceMs = 0.025;

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
