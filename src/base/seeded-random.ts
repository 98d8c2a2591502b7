/** A `Random` that derives its bytes from a seed: HMAC-SHA-256 over a counter, keyed with the seed. For tests and reproducible runs, not for secrets. */
import { createHmac } from 'node:crypto';
import { utf8 } from './bytes.ts';
import type { Random } from './random.ts';

/** Returns a `Random` that returns the same bytes for the same seed. Never use it for secrets. */
export function seededRandom(seed: string): Random {
  const key = utf8(`touchstone seed ${seed}`);
  let counter = 0;
  let pool = new Uint8Array(0);
  return {
    deterministic: true,
    bytes(length) {
      const result = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        if (pool.length === 0) pool = new Uint8Array(createHmac('sha256', key).update(String(counter++)).digest());
        const part = pool.subarray(0, length - filled);
        result.set(part, filled);
        pool = pool.subarray(part.length);
        filled += part.length;
      }
      return result;
    },
  };
}
