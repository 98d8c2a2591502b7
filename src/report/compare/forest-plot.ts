/** The scale of a forest plot: ratios on a logarithmic axis around 1, so that twice as long and half as long are equally far away. Pure. */
import type { Interval } from '#result/bootstrap.ts';

export interface ForestScale {
  /** Returns the position of a ratio, from 0 (left) to 1 (right); ratios outside the axis are at its end. */
  position(ratio: number): number;
  /** Ratios for the labels of the axis, ascending. */
  ticks: number[];
}

const ticksByRange: readonly (readonly [limit: number, ticks: number[]])[] = [
  [1.1, [0.95, 1, 1.05]],
  [1.25, [0.9, 1, 1.1]],
  [2, [0.6, 0.8, 1, 1.25, 1.6]],
  [Number.POSITIVE_INFINITY, [0.25, 0.5, 1, 2, 4]],
];

/** Returns a scale that shows all intervals, at least from 1/1.1 to 1.1 and at most from 1/8 to 8. */
export function forestScale(intervals: readonly Interval[]): ForestScale {
  const farthest = intervals.flatMap(({ lower, upper }) => [upper, lower > 0 ? 1 / lower : 1]);
  const limit = Math.min(8, Math.max(1.1, ...farthest.filter(Number.isFinite)));
  const ticks = ticksByRange.find(([range]) => limit <= range)?.[1] ?? [1];
  const position = (ratio: number) =>
    Math.min(1, Math.max(0, (Math.log(Math.max(ratio, 1e-9)) / Math.log(limit) + 1) / 2));
  return { position, ticks: ticks.filter((tick) => tick <= limit && tick >= 1 / limit) };
}

/** Returns the interval as characters: `├──●──┤`, with `│` where nothing changed. */
export function forestLine(scale: ForestScale, ratio: number, { lower, upper }: Interval, width: number): string {
  const at = (value: number) => Math.round(scale.position(value) * (width - 1));
  const cells = Array.from({ length: width }, () => ' ');
  for (let column = at(lower); column <= at(upper); column++) cells[column] = '─';
  cells[at(lower)] = '├';
  cells[at(upper)] = '┤';
  if (cells[at(1)] === ' ') cells[at(1)] = '│';
  cells[at(ratio)] = '●';
  return cells.join('');
}
