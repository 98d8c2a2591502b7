/** Measures several contenders in interleaved rounds in one process, so that a busy machine affects all equally. */
import { median } from '#result/statistics.ts';
import { ratiosOf, type Spread, spreadOf } from './row.ts';

export interface Contender {
  name: string;
  /** Runs one operation. */
  run(): unknown | Promise<unknown>;
}

export interface Measured {
  name: string;
  /** Operations per second in each round. */
  rates: number[];
}

export interface Rounds {
  rounds: number;
  /** Operations of each contender in one round. */
  operations: number;
}

/**
 * Runs all contenders in each round, and returns their measurements in the given order. Every second round runs in reverse
 * order, so that no contender always follows the same other one. The first round is a warm-up and is not measured.
 */
export async function interleave<const Contenders extends readonly Contender[]>(
  contenders: Contenders,
  { rounds, operations }: Rounds,
): Promise<{ [Index in keyof Contenders]: Measured }> {
  const measurements = contenders.map((contender) => ({ contender, rates: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const { contender, rates } of round % 2 === 0 ? measurements : measurements.toReversed()) {
      const rate = await measurePerSecond(contender, operations);
      if (round > 0) rates.push(rate);
    }
  }
  return measurements.map(({ contender: { name }, rates }) => ({ name, rates })) as {
    [Index in keyof Contenders]: Measured;
  };
}

async function measurePerSecond({ run }: Contender, operations: number): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < operations; done++) await run();
  return (operations * 1000) / (performance.now() - start);
}

/** Returns the median of operations per second. */
export const rate = ({ rates }: Measured): number => median(rates);

/** Returns how many times slower `measured` is than `baseline`, over the rounds. */
export const slowdown = (measured: Measured, baseline: Measured): Spread =>
  spreadOf(ratiosOf(baseline.rates, measured.rates));
