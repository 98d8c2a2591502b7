/** Numbers that look random and follow from a seed, for resampling and for plausible timings in tests. Not for secrets. */

/** Returns the next number from 0 (inclusive) to 1 (exclusive). */
export type NextNumber = () => number;

/** Mulberry32: the same numbers on every machine. */
export function createSeededNumbers(seed: number): NextNumber {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
