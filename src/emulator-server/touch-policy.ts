/** Who touches an emulated key, as text: `auto`, `ask`, `never`, `after:300ms`. */
import { duration } from '#scenario/language/schema/units.ts';

/** `ask` and `never`: only single gestures answer. */
export type TouchHabit = 'auto' | 'ask' | 'never' | { afterMs: number };

/** What a text has to be. */
export const wantedTouch = 'auto, ask, never or after:300ms is wanted';

/** Undefined for a text that is none. */
export function parseTouch(text: string): TouchHabit | undefined {
  if (text === 'auto' || text === 'ask' || text === 'never') return text;
  const after = text.startsWith('after:') ? duration.safeParse(text.slice('after:'.length)) : undefined;
  return after?.success ? { afterMs: after.data } : undefined;
}

export const touchText = (habit: TouchHabit): string =>
  typeof habit === 'object' ? `after:${habit.afterMs}ms` : habit;
