/** `--rounds N`: all parts run N times in turn, and their rows become one table. */
import { median } from '#result/statistics.ts';
import { formatNumber, type Row, spreadOf } from './row.ts';

/** Returns `text` as a number of rounds, or undefined unless it is a whole number from 1 to 99. */
export const parseRounds = (text: string): number | undefined => (/^[1-9]\d?$/.test(text) ? Number(text) : undefined);

/**
 * Merges the rows of a part by their names. Ratio and target value are the medians of the rounds, with the spread over the rounds; the figure
 * is that of the median round. A row with neither has the figures of all rounds.
 */
export function mergeRounds(rounds: readonly (readonly Row[])[]): Row[] {
  const [only, ...others] = rounds;
  if (!only || others.length === 0) return [...(only ?? [])];
  const byName = new Map<string, Row[]>();
  for (const row of rounds.flat()) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
  return [...byName.values()].map(mergeRow);
}

const comparedValue = ({ target, ratio }: Row): number | undefined => target?.value ?? ratio?.median;

function mergeRow(rows: readonly Row[]): Row {
  const ordered = rows.toSorted((one, other) => (comparedValue(one) ?? 0) - (comparedValue(other) ?? 0));
  const middle = ordered[Math.floor((ordered.length - 1) / 2)] as Row;
  if (comparedValue(middle) === undefined) return { ...middle, figure: rows.map(({ figure }) => figure).join('; ') };
  const ratios = rows.flatMap(({ ratio }) => ratio?.median ?? []);
  const values = rows.flatMap(({ target }) => target?.value ?? []);
  return {
    ...middle,
    figure: middle.figure + spreadOfFigure(middle, values),
    ...(ratios.length > 0 && { ratio: spreadOf(ratios) }),
    ...(middle.target && { target: { ...middle.target, value: median(values) } }),
  };
}

/** The spread of a figure that has its own target. The spread of a ratio is shown beside the ratio. */
function spreadOfFigure({ target }: Row, values: readonly number[]): string {
  if (!target || target.unit === 'x') return '';
  const { min, max } = spreadOf(values);
  const digits = target.unit === 'elements' ? 0 : 2;
  return `, rounds ${formatNumber(min, digits)} to ${formatNumber(max, digits)} ${target.unit}`;
}
