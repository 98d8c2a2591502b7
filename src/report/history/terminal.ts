/** The history of a project as text for a terminal: a table of the last runs, and the trend of each phase. Pure. */
import { phases } from '#result/timeline.ts';
import type { Colours } from '../colour.ts';
import { formatMs, verdictMarks } from '../format.ts';
import { padEnd, padStart, toOneLine } from '../terminal/terminal.ts';
import { verdictColours } from '../terminal/verdict-colours.ts';
import type { HistoryLine } from './history-line.ts';
import { releaseMarkers, sparkline, trendOf } from './trend.ts';

const maxRuns = 20;
const maxPoints = 60;

export function renderHistory(history: readonly HistoryLine[], c: Colours): string[] {
  const shown = history.slice(-maxRuns);
  const hidden = history.length - shown.length;
  return [
    c.dim(
      `  ${padEnd('Started', 18)}${padEnd('Verdict', 14)}${padStart('passed', 12)}${padStart('p50', 11)}${padStart('p95', 11)}  Release`,
    ),
    ...(hidden > 0 ? [c.dim(`  ... ${hidden} earlier`)] : []),
    ...shown.map((run) => runLine(run, c)),
    '',
    ...trendLines(history.slice(-maxPoints), c),
  ];
}

function runLine({ startedAt, verdict, totals, phases: times, release = '' }: HistoryLine, c: Colours): string {
  const started = startedAt.slice(0, 16).replace('T', ' ');
  const all = Object.values(totals).reduce((sum, n) => sum + n, 0);
  const paint = verdictColours(c)[verdict];
  const { machine } = times;
  const time = (ms: number | undefined) => padStart(ms === undefined ? '' : formatMs(ms), 11);
  const passed = padStart(`${totals.passed + totals.flaky} of ${all}`, 12);
  return `  ${padEnd(started, 18)}${paint(padEnd(`${verdictMarks[verdict]} ${verdict}`, 14))}${passed}${time(machine?.p50)}${time(machine?.p95)}  ${toOneLine(release)}`;
}

function trendLines(history: readonly HistoryLine[], c: Colours): string[] {
  const ids = ['machine', ...Object.keys(phases)];
  const nameWidth = 24;
  const rows = ids.flatMap((id) => {
    const points = trendOf(history, id);
    const [first, last] = [points[0], points.at(-1)];
    if (points.length < 2 || !first || !last) return [];
    const range = `${formatMs(first.p50)} -> ${formatMs(last.p50)}`;
    return [`  ${padEnd(labelOf(id), nameWidth)}${sparkline(points.map(({ p50 }) => p50))}  ${c.dim(range)}`];
  });
  if (rows.length === 0) return [c.dim('  A trend needs two runs with times on the same machine.')];
  const { marks, names } = releaseMarkers(trendOf(history, 'machine'));
  const markers =
    names.length === 0 ? [] : [`  ${' '.repeat(nameWidth)}${marks}  ${c.dim(names.map(toOneLine).join(', '))}`];
  return [c.dim('  Trend of the medians, oldest run first'), ...rows, ...markers];
}

const labelOf = (id: string): string =>
  id === 'machine' ? 'Whole ceremony, machine' : phases[id as keyof typeof phases].label;
