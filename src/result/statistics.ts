/** Order statistics of timings. Pure functions; they throw a RangeError for an empty sample instead of returning NaN. */
import { type Phase, phases, type Span } from './timeline.ts';

/** Percentiles for a table of timings; all except `n` are in the unit of the sample. */
export interface Percentiles {
  n: number;
  p50: number;
  p75: number;
  p95: number;
  p99: number;
  max: number;
}

/** Returns the `q`-quantile (0 to 1) by linear interpolation between order statistics (Hyndman and Fan type 7). */
export function quantile(sample: readonly number[], q: number): number {
  if (sample.length === 0) throw new RangeError('Cannot compute a quantile of an empty sample');
  if (!(q >= 0 && q <= 1)) throw new RangeError(`Expected a quantile from 0 to 1, got ${q}`);
  return sortedQuantile(toSorted(sample), q);
}

export const mean = (sample: readonly number[]): number =>
  sample.reduce((sum, value) => sum + value, 0) / sample.length;

export const median = (sample: readonly number[]): number => quantile(sample, 0.5);

/** Returns the median absolute deviation from the median, unscaled. */
export function medianAbsoluteDeviation(sample: readonly number[]): number {
  const centre = median(sample);
  return median(sample.map((value) => Math.abs(value - centre)));
}

export function percentiles(sample: readonly number[]): Percentiles {
  if (sample.length === 0) throw new RangeError('Cannot compute percentiles of an empty sample');
  const sorted = toSorted(sample);
  const at = (q: number) => sortedQuantile(sorted, q);
  return { n: sorted.length, p50: at(0.5), p75: at(0.75), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Distance from the median in median absolute deviations, beyond which a value is an outlier: 10 standard deviations of a normal distribution. */
const outlierDistance = 14.8;

/**
 * Returns the values that are far from the median, in the order of the sample. Outliers are flagged in reports, never removed. A sample
 * whose deviations are mostly zero has none, because any other value would be infinitely far away.
 */
export function outliersOf(sample: readonly number[]): number[] {
  if (sample.length === 0) return [];
  const centre = median(sample);
  const deviation = medianAbsoluteDeviation(sample);
  return deviation === 0 ? [] : sample.filter((value) => Math.abs(value - centre) / deviation > outlierDistance);
}

/**
 * Returns the duration of each phase of one ceremony, in milliseconds. Overlapping spans of a phase count once. Gesture time
 * is subtracted from machine phases, because for example the wait for a touch is inside makeCredential.
 */
export function phaseDurationsMs(spans: readonly Span[]): Map<Phase, number> {
  const gestures = union(spans.filter(({ phase }) => phases[phase].by === 'gesture'));
  const durations = new Map<Phase, number>();
  for (const phase of new Set(spans.map((span) => span.phase))) {
    const own = union(spans.filter((span) => span.phase === phase));
    const gestureMs = phases[phase].by === 'machine' ? overlap(own, gestures) : 0;
    durations.set(phase, length(own) - gestureMs);
  }
  return durations;
}

/** Returns the milliseconds from the first start to the last end, and their division into gesture time and machine time. */
export function ceremonyMs(spans: readonly Span[]): { totalMs: number; gestureMs: number; machineMs: number } {
  if (spans.length === 0) return { totalMs: 0, gestureMs: 0, machineMs: 0 };
  const start = Math.min(...spans.map(({ startMs }) => startMs));
  const end = Math.max(...spans.map(({ startMs, durationMs }) => startMs + durationMs));
  const gestureMs = length(union(spans.filter(({ phase }) => phases[phase].by === 'gesture')));
  return { totalMs: end - start, gestureMs, machineMs: end - start - gestureMs };
}

type Interval = readonly [start: number, end: number];

/** Returns the intervals covered by `spans`, disjoint and in order. */
function union(spans: readonly Span[]): Interval[] {
  const joined: [number, number][] = [];
  for (const { startMs, durationMs } of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = joined.at(-1);
    if (last && startMs <= last[1]) last[1] = Math.max(last[1], startMs + durationMs);
    else joined.push([startMs, startMs + durationMs]);
  }
  return joined;
}

const length = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, [start, end]) => sum + end - start, 0);

function overlap(a: readonly Interval[], b: readonly Interval[]): number {
  let total = 0;
  for (const [start, end] of a) {
    for (const other of b) total += Math.max(0, Math.min(end, other[1]) - Math.max(start, other[0]));
  }
  return total;
}

const toSorted = (sample: readonly number[]): number[] => sample.toSorted((a, b) => a - b);

function sortedQuantile(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const index = Math.floor(position);
  const [below = Number.NaN, above = below] = sorted.slice(index, index + 2);
  return below + (above - below) * (position - index);
}
