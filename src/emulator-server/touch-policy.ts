/** Who touches an emulated key, as text: `auto`, `ask`, `never`, `after:300ms`. */
import { parseDuration } from '#base/durations.ts';

/** `ask` and `never`: only single gestures answer. */
export type TouchPolicy = 'auto' | 'ask' | 'never' | { afterMs: number };

/** What a text has to be. */
export const expectedTouchPolicy = 'auto, ask, never or after:300ms is wanted';

/** Undefined for a text that is none. */
export function parseTouchPolicy(text: string): TouchPolicy | undefined {
  if (text === 'auto' || text === 'ask' || text === 'never') return text;
  const afterMs = text.startsWith('after:') ? parseDuration(text.slice('after:'.length)) : undefined;
  return afterMs === undefined ? undefined : { afterMs };
}

export const formatTouchPolicy = (habit: TouchPolicy): string =>
  typeof habit === 'object' ? `after:${habit.afterMs}ms` : habit;
