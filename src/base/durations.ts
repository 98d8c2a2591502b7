/** Durations as text with a unit: `300ms`, `2s`, `1.5m`, `1h`. Scenarios and command-line options share this notation. */

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
type DurationUnit = keyof typeof unitMs;

/** How to write a duration, for messages. */
export const durationExamples = '300ms, 2s, 5m or 1h';

/** A non-negative decimal number followed by a unit. */
export const durationPattern = /^\d+(?:\.\d+)?(?:ms|s|m|h)$/;

/** Returns the milliseconds of a duration, or undefined if `text` is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  const unit = text.replace(/^[\d.]+/, '') as DurationUnit;
  return Number.parseFloat(text) * unitMs[unit];
}

/** Returns `ms` in the largest unit that gives a whole number: 120000 is `2m`, 90000 is `90s`, 1500 is `1500ms`. */
export function formatDuration(ms: number): string {
  const units = Object.entries(unitMs).toReversed();
  const [unit, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
