/** The random source as a parameter, so that a seed makes every byte of a run reproducible. */
import { randomFillSync } from 'node:crypto';

/** Modules take random bytes from a `Random` parameter, never from the system directly. */
export interface Random {
  /** True when the bytes are derived from a seed. Keys are then derived from these bytes and signatures are deterministic. */
  readonly deterministic?: boolean;
  /** Returns `length` new random bytes. */
  bytes(length: number): Uint8Array;
}

/** Bytes read ahead: a call for a few bytes costs as much as a call for a whole block. */
const block = new Uint8Array(4096);
let used = block.length;

/** The random source of the operating system. */
export const systemRandom: Random = {
  bytes(length) {
    if (length > block.length / 8) return randomFillSync(new Uint8Array(length));
    if (used + length > block.length) {
      randomFillSync(block);
      used = 0;
    }
    const bytes = block.slice(used, used + length);
    block.fill(0, used, used + length);
    used += length;
    return bytes;
  },
};
