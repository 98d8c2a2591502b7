/** The trend of one phase over runs on the same machine, with markers where the release changes. Pure. */
import type { HistoryLine, HistoryTimes } from './history-line.ts';

export interface TrendPoint extends HistoryTimes {
  id: string;
  startedAt: string;
  /** Set on the first run of a release. */
  release?: string;
}

/** Returns the runs with times of the phase, on the machine of the last run: times of other machines are not comparable. */
export function trendOf(history: readonly HistoryLine[], phase: string): TrendPoint[] {
  const machine = history.at(-1)?.machine;
  let release: string | undefined;
  return history.flatMap((run) => {
    const times = run.phases[phase];
    if (times === undefined || run.machine !== machine) return [];
    const isNew = run.release !== undefined && run.release !== release;
    release = run.release ?? release;
    return [{ id: run.id, startedAt: run.startedAt, ...times, ...(isNew && release !== undefined && { release }) }];
  });
}

const levels = '▁▂▃▄▅▆▇█';

/** The characters cover at least this range, as a share of the value in its middle: otherwise, noise would look like a change. */
const minRange = 0.4;

/** Returns one character for each value, from the smallest to the largest; values that are nearly equal are in the middle. */
export function sparkline(values: readonly number[]): string {
  const [smallest, largest] = [Math.min(...values), Math.max(...values)];
  const middle = (smallest + largest) / 2;
  const range = Math.max(largest - smallest, minRange * middle);
  if (range === 0) return values.map(() => levels[3]).join('');
  const low = middle - range / 2;
  const offset = range > largest - smallest ? 0.4 : 0; // nearly equal values are around the middle of one character, not between two
  const level = (value: number) => Math.floor(((value - low) / range) * levels.length - offset);
  return values.map((value) => levels[Math.min(levels.length - 1, Math.max(0, level(value)))]).join('');
}

/** Returns a line with `▲` below the first run of each release, and the names of the releases. */
export function releaseMarkers(points: readonly TrendPoint[]): { marks: string; names: string[] } {
  return {
    marks: points
      .map(({ release }) => (release === undefined ? ' ' : '▲'))
      .join('')
      .trimEnd(),
    names: points.flatMap(({ release }) => release ?? []),
  };
}
