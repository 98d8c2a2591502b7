import { describe, expect, it } from 'vitest';
import {
  type BootstrapOptions,
  bootstrapDifferenceInterval,
  bootstrapInterval,
  estimateOf,
  quantileEstimate,
  trimmedMeanEstimate,
} from './bootstrap.ts';
import { createSeededNumbers } from './seeded-numbers.ts';
import { median, medianAbsoluteDeviation } from './statistics.ts';
import { lognormalSample } from './testing/lognormal-sample.ts';

const medianEstimate = quantileEstimate(0.5);
const medianInterval = (sample: readonly number[], options: BootstrapOptions = {}) =>
  bootstrapInterval(sample, medianEstimate, options);
const oneTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe('bootstrapInterval', () => {
  it('contains the median of the sample and is narrower for a lower confidence', () => {
    const wide = medianInterval(oneTo(30), { confidence: 0.95 });
    const narrow = medianInterval(oneTo(30), { confidence: 0.5 });
    expect(wide.lower).toBeLessThan(narrow.lower);
    expect(narrow.lower).toBeLessThan(15.5);
    expect(narrow.upper).toBeGreaterThan(15.5);
    expect(wide.upper).toBeGreaterThan(narrow.upper);
  });

  it('is the same for the same seed, in whatever order the sample is', () => {
    const spread = lognormalSample(createSeededNumbers(8), { n: 30, medianMs: 100 });
    const interval = medianInterval(spread, { seed: 4 });
    expect(medianInterval(spread.toReversed(), { seed: 4 })).toEqual(interval);
    expect(medianInterval(spread, { seed: 5 })).not.toEqual(interval);
  });

  it('contains the true median about as often as the confidence requires', () => {
    const next = createSeededNumbers(3);
    const containing = Array.from({ length: 300 }, () =>
      medianInterval(lognormalSample(next, { n: 40, medianMs: 100, outliers: 0 }), { confidence: 0.9, resamples: 300 }),
    ).filter(({ lower, upper }) => lower <= 100 && 100 <= upper);
    expect(containing.length / 300).toBeGreaterThan(0.85);
    expect(containing.length / 300).toBeLessThan(0.97);
  });

  it('is one value for equal values, and rejects an empty sample and an impossible confidence', () => {
    expect(medianInterval([7, 7, 7])).toEqual({ lower: 7, upper: 7 });
    expect(() => medianInterval([])).toThrow(RangeError);
    expect(() => medianInterval([1], { confidence: 1 })).toThrow(RangeError);
  });
});

describe('bootstrapDifferenceInterval', () => {
  it('is the interval of the difference of two medians', () => {
    const later = oneTo(50).map((value) => value + 100);
    const { lower, upper } = bootstrapDifferenceInterval(later, oneTo(50), medianEstimate);
    expect(lower).toBeLessThan(100);
    expect(upper).toBeGreaterThan(100);
    expect(upper - lower).toBeLessThan(30);
  });
});

describe('trimmedMeanEstimate', () => {
  it('is the mean without the smallest and the largest third', () => {
    expect(estimateOf([1000, 4, 3, 7, 1, -900], trimmedMeanEstimate)).toBe(3.5);
    expect(estimateOf([2, 8], trimmedMeanEstimate)).toBe(5);
  });

  it('varies less than the median', () => {
    const next = createSeededNumbers(5);
    const samples = Array.from({ length: 300 }, () => lognormalSample(next, { n: 30, medianMs: 100 }));
    const spread = (values: number[]) => medianAbsoluteDeviation(values);
    const ofMean = spread(samples.map((sample) => estimateOf(sample, trimmedMeanEstimate)));
    expect(ofMean).toBeLessThan(spread(samples.map(median)));
  });
});
