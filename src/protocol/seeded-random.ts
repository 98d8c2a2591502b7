/** A `Random` whose bytes follow from a seed: HMAC-SHA-256 over a counter, keyed with the seed. For tests and reproducible runs, not for secrets. */
import { utf8 } from './bytes.ts';
import { hmacSha256 } from './crypto.ts';
import type { Random } from './seams.ts';

/** Bytes that follow from `seed`: the same seed, the same bytes. Never for secrets. */
export function seededRandom(seed: string): Random {
  const key = utf8(`touchstone seed ${seed}`);
  let counter = 0;
  let pool = new Uint8Array(0);
  return {
    deterministic: true,
    bytes(length) {
      const taken = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        if (pool.length === 0) pool = new Uint8Array(hmacSha256(key, utf8(String(counter++))));
        const part = pool.subarray(0, length - filled);
        taken.set(part, filled);
        pool = pool.subarray(part.length);
        filled += part.length;
      }
      return taken;
    },
  };
}
