/** Plausible timings: lognormal, with some outliers, as measured timings of ceremonies are. */
import type { NextNumber } from '../seeded-numbers.ts';

export interface LognormalOptions {
  n: number;
  medianMs: number;
  /** Standard deviation of the logarithm. */
  sigma?: number;
  /** Share of values that are three times as long, from 0 to 1. */
  outliers?: number;
}

export function lognormalSample(
  next: NextNumber,
  { n, medianMs, sigma = 0.12, outliers = 0.05 }: LognormalOptions,
): number[] {
  return Array.from({ length: n }, () => {
    const value = medianMs * Math.exp(sigma * standardNormal(next));
    return next() < outliers ? 3 * value : value;
  });
}

/** Box-Muller transform. */
const standardNormal = (next: NextNumber): number =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
