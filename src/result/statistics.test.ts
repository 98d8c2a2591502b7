import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ceremonyMs,
  median,
  medianAbsoluteDeviation,
  outliersOf,
  percentiles,
  phaseDurationsMs,
  quantile,
} from './statistics.ts';
import type { Span } from './timeline.ts';

const span = (phase: Span['phase'], startMs: number, durationMs: number): Span => ({
  phase,
  label: phase,
  startMs,
  durationMs,
});

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20, 30, 40, 50], 0.95)).toBeCloseTo(48);
    expect(quantile([7], 0.95)).toBe(7);
  });

  it('sorts by number, not by text', () => {
    expect(quantile([9, 10, 100], 0.5)).toBe(10);
  });

  it('rejects an empty sample and a q outside 0 to 1', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    expect(() => quantile([1], 1.1)).toThrow(RangeError);
    expect(() => quantile([1], Number.NaN)).toThrow(RangeError);
    expect(() => percentiles([])).toThrow(RangeError);
  });

  it('returns a value within the range of the sample, and does not change the sample', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }),
        fc.double({ noNaN: true, min: 0, max: 1 }),
        (sample, q) => {
          const copy = [...sample];
          const value = quantile(sample, q);
          expect(value).toBeGreaterThanOrEqual(Math.min(...sample));
          expect(value).toBeLessThanOrEqual(Math.max(...sample));
          expect(sample).toEqual(copy);
        },
      ),
    );
  });
});

it('medianAbsoluteDeviation is not affected by one outlier', () => {
  expect(medianAbsoluteDeviation([1, 2, 3, 4, 1000])).toBe(1);
  expect(median([1, 2, 3, 4, 1000])).toBe(3);
});

it('percentiles returns n, p50, p75, p95, p99 and max', () => {
  expect(percentiles([1, 2, 3, 4, 5])).toEqual({ n: 5, p50: 3, p75: 4, p95: 4.8, p99: 4.96, max: 5 });
});

describe('outliersOf', () => {
  it('returns the values more than 14.8 median absolute deviations from the median', () => {
    expect(outliersOf([10, 11, 12, 13, 14, 26.7, 29])).toEqual([]);
    expect(outliersOf([10, 11, 12, 13, 14, 900, -70])).toEqual([900, -70]);
  });

  it('returns none for equal values and for no values', () => {
    expect(outliersOf([5, 5, 5, 5, 9])).toEqual([]);
    expect(outliersOf([])).toEqual([]);
  });
});

describe('Phases of a ceremony', () => {
  const spans = [
    span('page', 0, 100),
    span('client', 100, 900),
    span('make-credential', 400, 500),
    span('user-presence', 450, 300),
    span('pin', 200, 50),
    span('pin', 225, 75),
  ];

  it('subtracts the wait for a touch from machine phases that contain it', () => {
    const durations = phaseDurationsMs(spans);
    expect(durations.get('make-credential')).toBe(200);
    expect(durations.get('client')).toBe(600);
    expect(durations.get('user-presence')).toBe(300);
  });

  it('counts overlapping spans of one phase once', () => {
    expect(phaseDurationsMs(spans).get('pin')).toBe(100);
  });

  it('divides the ceremony into gesture time and machine time', () => {
    expect(ceremonyMs(spans)).toEqual({ totalMs: 1000, gestureMs: 300, machineMs: 700 });
    expect(ceremonyMs([])).toEqual({ totalMs: 0, gestureMs: 0, machineMs: 0 });
  });
});
