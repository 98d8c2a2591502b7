/**
 * Confidence intervals by the percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13): a sample is
 * drawn again from itself many times, and the interval contains the middle part of the results. No distribution is assumed. The
 * draws follow from a seed, so the same samples always have the same interval.
 */
import { createSeededNumbers, type NextNumber } from './seeded-numbers.ts';
import { quantile } from './statistics.ts';

export interface Interval {
  lower: number;
  upper: number;
}

export interface BootstrapOptions {
  /** Probability that the interval contains the true value, from 0 to 1; default 0.9. */
  confidence?: number;
  seed?: number;
  /** Number of times the sample is drawn. */
  resamples?: number;
}

/** With fewer values an interval is not reliable. */
export const minSampleSize = 10;

/** Returns a property of a sample that contains the value `sorted[i]` `counts[i]` times. */
export type Estimate = (sorted: readonly number[], counts: Uint32Array) => number;

const defaults = { confidence: 0.9, seed: 1, resamples: 1000 };

/** Returns the interval of the estimated property of what `sample` was drawn from. @throws {RangeError} for an empty sample. */
export function bootstrapInterval(
  sample: readonly number[],
  estimate: Estimate,
  options: BootstrapOptions = {},
): Interval {
  const { confidence, seed, resamples } = { ...defaults, ...options };
  const draw = createDraw(sample, estimate, createSeededNumbers(seed));
  return middleOf(Array.from({ length: resamples }, draw), confidence);
}

/** Returns the interval of the property of `sample` minus that of `baseline`; the samples are independent. */
export function bootstrapDifferenceInterval(
  sample: readonly number[],
  baseline: readonly number[],
  estimate: Estimate,
  options: BootstrapOptions = {},
): Interval {
  const { confidence, seed, resamples } = { ...defaults, ...options };
  const next = createSeededNumbers(seed);
  const drawSample = createDraw(sample, estimate, next);
  const drawBaseline = createDraw(baseline, estimate, next);
  const differences = Array.from({ length: resamples }, () => drawSample() - drawBaseline());
  return middleOf(differences, confidence);
}

/** Returns the `q`-quantile, interpolated as in `quantile`. */
export const quantileEstimate =
  (q: number): Estimate =>
  (sorted, counts) => {
    const position = (sorted.length - 1) * q;
    const below = Math.floor(position);
    const low = valueAtRank(sorted, counts, below);
    return below === position ? low : low + (valueAtRank(sorted, counts, below + 1) - low) * (position - below);
  };

/**
 * Returns the mean of the values without the smallest and the largest third. Outliers do not move it, as they do not move the median,
 * but it uses more of the values, so its interval is narrower: a change is found with fewer repetitions.
 */
export const trimmedMeanEstimate: Estimate = (sorted, counts) => {
  const trimmed = Math.floor(sorted.length / 3);
  const end = sorted.length - trimmed;
  let rank = 0;
  let sum = 0;
  for (let index = 0; index < sorted.length && rank < end; index++) {
    const next = rank + (counts[index] ?? 0);
    const used = Math.min(next, end) - Math.max(rank, trimmed);
    if (used > 0) sum += used * (sorted[index] ?? Number.NaN);
    rank = next;
  }
  return sum / (end - trimmed);
};

/** Returns the property of `sample` itself. */
export const estimateOf = (sample: readonly number[], estimate: Estimate): number =>
  estimate(ascending(sample), new Uint32Array(sample.length).fill(1));

const ascending = (sample: readonly number[]): number[] => sample.toSorted((a, b) => a - b);

function middleOf(values: readonly number[], confidence: number): Interval {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`Expected a confidence between 0 and 1, got ${confidence}`);
  const tail = (1 - confidence) / 2;
  return { lower: quantile(values, tail), upper: quantile(values, 1 - tail) };
}

/** Returns a function that draws as many values as the sample has, with replacement. Counting them needs no sorting of the draw. */
function createDraw(sample: readonly number[], estimate: Estimate, next: NextNumber): () => number {
  if (sample.length === 0) throw new RangeError('Cannot draw from an empty sample');
  const sorted = ascending(sample);
  const counts = new Uint32Array(sorted.length);
  return () => {
    counts.fill(0);
    for (let drawn = 0; drawn < sorted.length; drawn++) {
      const index = Math.floor(next() * sorted.length);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return estimate(sorted, counts);
  };
}

/** Returns the value with this rank (from 0) among the draws. */
function valueAtRank(sorted: readonly number[], counts: Uint32Array, rank: number): number {
  let seen = 0;
  for (let index = 0; index < sorted.length; index++) {
    seen += counts[index] ?? 0;
    if (seen > rank) return sorted[index] ?? Number.NaN;
  }
  return sorted.at(-1) ?? Number.NaN;
}
