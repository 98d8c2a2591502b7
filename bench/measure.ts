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
  /** Operations per second of each turn, by round. */
  rates: number[][];
}

export interface Rounds {
  rounds: number;
  /** In each round, the contenders take turns this many times. Many short turns: a disturbance of the machine then affects few of them. */
  turns: number;
  /** Operations in one turn. */
  operations: number;
}

/**
 * Runs all contenders in each turn, and returns their measurements in the given order. Every second turn runs in reverse
 * order, so that no contender always follows the same other one. The first round is a warm-up and is not measured.
 */
export async function interleave<const Contenders extends readonly Contender[]>(
  contenders: Contenders,
  { rounds, turns, operations }: Rounds,
): Promise<{ [Index in keyof Contenders]: Measured }> {
  const measurements = contenders.map((contender) => ({ contender, rates: [] as number[][] }));
  for (let round = 0; round <= rounds; round++) {
    if (round > 0) for (const { rates } of measurements) rates.push([]);
    for (let turn = 0; turn < turns; turn++)
      for (const { contender, rates } of turn % 2 === 0 ? measurements : measurements.toReversed()) {
        const rate = await measurePerSecond(contender, operations);
        rates.at(-1)?.push(rate);
      }
  }
  return measurements.map(({ contender: { name }, rates }) => ({ name, rates })) as {
    [Index in keyof Contenders]: Measured;
  };
}

/** The number of operations that `interleave` runs of each contender, warm-up included. */
export const operationsOf = ({ rounds, turns, operations }: Rounds): number => (rounds + 1) * turns * operations;

async function measurePerSecond({ run }: Contender, operations: number): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < operations; done++) await run();
  return (operations * 1000) / (performance.now() - start);
}

/** Returns the median of operations per second. */
export const rate = ({ rates }: Measured): number => median(rates.flat());

/** Returns how many times slower `measured` is than `baseline`: the median over the turns of each round, with the spread over the rounds. */
export const slowdown = (measured: Measured, baseline: Measured): Spread =>
  spreadOf(measured.rates.map((rates, round) => median(ratiosOf(baseline.rates[round] ?? [], rates))));
