/** Measuring contenders against each other: interleaved rounds in one process, so that a noisy machine disturbs all alike. */
import { median } from '#result/statistics.ts';

export interface Contender {
  name: string;
  /** One operation. */
  run(): unknown | Promise<unknown>;
}

export interface Measured {
  name: string;
  /** Operations per second in each round. */
  rates: number[];
}

export interface Rounds {
  rounds: number;
  /** Operations of each contender in a round. */
  operations: number;
}

/** Runs the contenders in turn, round by round, in changing directions: none always follows the same one. The first round only warms up. */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, operations }: Rounds,
): Promise<Measured[]> {
  const measured = contenders.map(({ name }) => ({ name, rates: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    const turns = [...contenders.entries()];
    for (const [index, contender] of round % 2 === 0 ? turns : turns.reverse()) {
      const rate = await ratePerSecond(contender, operations);
      if (round > 0) measured[index]!.rates.push(rate);
    }
  }
  return measured;
}

async function ratePerSecond({ run }: Contender, operations: number): Promise<number> {
  const start = performance.now();
  for (let done = 0; done < operations; done++) await run();
  return (operations * 1000) / (performance.now() - start);
}

export const rate = ({ rates }: Measured): number => median(rates);

/** Median over the rounds of how many times slower `measured` is than `baseline`. */
export const slowdown = (measured: Measured, baseline: Measured): number =>
  median(measured.rates.map((value, round) => baseline.rates[round]! / value));
