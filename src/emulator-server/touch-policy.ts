/** The touch policy of an emulated key: when it is touched without a single gesture. Text form: `auto`, `ask`, `never`, `after:300ms`. */
import { parseDuration } from '#base/durations.ts';

/** `auto`: at once; `afterMs`: after this time; `ask` and `never`: only single gestures answer the key. */
export type TouchPolicy = 'auto' | 'ask' | 'never' | { afterMs: number };

/** Error message for a text that is not a touch policy. */
export const expectedTouchPolicy = 'Expected auto, ask, never or after:300ms';

/** Returns undefined if `text` is not a touch policy. */
export function parseTouchPolicy(text: string): TouchPolicy | undefined {
  if (text === 'auto' || text === 'ask' || text === 'never') return text;
  const afterMs = text.startsWith('after:') ? parseDuration(text.slice('after:'.length)) : undefined;
  return afterMs === undefined ? undefined : { afterMs };
}

export const formatTouchPolicy = (policy: TouchPolicy): string =>
  typeof policy === 'object' ? `after:${policy.afterMs}ms` : policy;
