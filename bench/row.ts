/** One line of a benchmark: a figure, its peer, the ratio with its spread, and whether the target is met. */
import { median } from '#result/statistics.ts';

/** Median, smallest and largest value of the rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

type Unit = 'x' | 's' | 'MB' | 'elements';

/** A value that must not exceed a limit. */
interface Target {
  value: number;
  atMost: number;
  unit: Unit;
}

export interface Row {
  name: string;
  /** The measured figure with its unit, e.g. `8,123/s`. Absolute figures depend on the machine. */
  figure: string;
  /** What it is compared with, and its figure. */
  peer?: string;
  /** How many times slower, larger ... than the peer, over the rounds. */
  ratio?: Spread;
  target?: Target;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** Divides the values of each round by those of the peer in the same round. */
export const ratiosOf = (values: readonly number[], peers: readonly number[]): number[] =>
  values.map((value, round) => value / (peers[round] ?? Number.NaN));

/** A row whose target is a ratio to the peer. */
export const withRatioTarget = (row: Omit<Row, 'target'> & { ratio: Spread }, atMost: number): Row => ({
  ...row,
  target: { value: row.ratio.median, atMost, unit: 'x' },
});

export const isMet = ({ target }: Row): boolean => target === undefined || target.value <= target.atMost;

export const formatNumber = (value: number, digits = 0): string =>
  value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The ratio with its spread, e.g. `1.42x (1.31 to 1.60)`. */
export const formatRatio = ({ median: middle, min, max }: Spread): string =>
  `${formatNumber(middle, 2)}x (${formatNumber(min, 2)} to ${formatNumber(max, 2)})`;

/** The target and whether it is met, e.g. `at most 2x: met`. */
export function formatTarget(row: Row): string {
  if (!row.target) return '';
  const { value, atMost, unit } = row.target;
  const amount = unit === 'x' ? unit : ` ${unit}`;
  const digits = unit === 'elements' ? 0 : 2;
  const verdict = isMet(row) ? 'met' : `missed (${formatNumber(value, digits)}${amount})`;
  return `at most ${atMost}${amount}: ${verdict}`;
}

/** Lines for the terminal, in columns. */
export function formatRows(rows: readonly Row[]): string[] {
  const width = (cell: (row: Row) => string) => Math.max(...rows.map((row) => cell(row).length));
  const ratio = (row: Row) => (row.ratio ? formatRatio(row.ratio) : '');
  const widths = [(row: Row) => row.name, (row: Row) => row.figure, (row: Row) => row.peer ?? '', ratio].map(width);
  return rows.map((row) =>
    [row.name, row.figure, row.peer ?? '', ratio(row), formatTarget(row)]
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}
