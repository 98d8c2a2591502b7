/** Randomness as a parameter. */
import { randomFillSync } from 'node:crypto';

/** Every module takes random bytes from a `Random` that it is given. */
export interface Random {
  /** True when the bytes follow from a seed: then keys are made from them and signatures are deterministic too. */
  readonly deterministic?: boolean;
  /** `length` fresh random bytes. */
  bytes(length: number): Uint8Array;
}

/** The operating system's random source, read in blocks because a call for a few bytes costs as much as one for a block. */
const block = new Uint8Array(4096);
let taken = block.length;

export const systemRandom: Random = {
  bytes(length) {
    if (length > block.length / 8) return randomFillSync(new Uint8Array(length));
    if (taken + length > block.length) {
      randomFillSync(block);
      taken = 0;
    }
    const bytes = block.slice(taken, taken + length);
    block.fill(0, taken, taken + length);
    taken += length;
    return bytes;
  },
};
