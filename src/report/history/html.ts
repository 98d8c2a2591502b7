/** The history of a project as one HTML page that works offline: a chart for each phase, and a table of the runs. Pure. */
import { phases } from '#result/timeline.ts';
import { htmlTable, numberCell, renderStaticPage, textCell } from '../compare/static-page.ts';
import { count, formatMs, truncate, verdictMarks } from '../format.ts';
import { escapeHtml } from '../html/escape.ts';
import type { HistoryLine } from './history-line.ts';
import { type TrendPoint, trendOf } from './trend.ts';

const chart = { width: 540, height: 160, left: 58, right: 12, top: 20, bottom: 22 };
/** Room for the name of a release above a chart. */
const labelWidth = 56;

export function renderHistoryPage(history: readonly HistoryLine[]): string {
  const ids = ['machine', ...Object.keys(phases)];
  const charts = ids.flatMap((id) => {
    const points = trendOf(history, id);
    const label = labelOf(id);
    return points.length < 2 ? [] : [`<div><h3>${escapeHtml(label)}</h3>\n${trendChart(label, points)}</div>`];
  });
  return renderStaticPage({
    title: 'Touchstone: history',
    body: [
      `<p>${describeRuns(history)}</p>`,
      '<h2>Trend</h2>',
      ...trend(charts),
      '<h2>Runs</h2>',
      runTable(history),
    ].join('\n'),
  });
}

function trend(charts: readonly string[]): string[] {
  if (charts.length === 0) return ['<p>A trend needs two runs with times on the same machine.</p>'];
  const legend =
    'Line: median. Area: from the median to the 95th percentile, cut off where it is far above the medians. Dashed: first run of a release.';
  return [`<p class="muted">${legend}</p>`, `<div class="charts">${charts.join('\n')}</div>`];
}

function describeRuns(history: readonly HistoryLine[]): string {
  const [first, last] = [history[0], history.at(-1)].map((run) => run?.startedAt.slice(0, 10) ?? '');
  const period = first === last ? first : `${first} to ${last}`;
  return escapeHtml(`${count(history.length, 'run')}${period ? `, ${period}` : ''}.`);
}

const labelOf = (id: string): string =>
  id === 'machine' ? 'Whole ceremony, machine' : phases[id as keyof typeof phases].label;

/** The positions of a chart: the runs have equal distances, and the axis of times starts at zero. */
interface Axes {
  /** The time at the top. Medians fill more than half of the chart, so that a change of theirs is visible. */
  highest: number;
  x(index: number): number;
  y(ms: number): number;
}

function axesOf(points: readonly TrendPoint[]): Axes {
  const { width, height, left, right, top, bottom } = chart;
  const [p50, p95] = [points.map((point) => point.p50), points.map((point) => point.p95)];
  const highest = Math.max(0.001, Math.min(Math.max(...p95), 1.6 * Math.max(...p50)));
  return {
    highest,
    x: (index) => left + (index / (points.length - 1)) * (width - left - right),
    y: (ms) => top + (1 - Math.min(1, Math.max(0, ms / highest))) * (height - top - bottom),
  };
}

function trendChart(label: string, points: readonly TrendPoint[]): string {
  const { width, height, left, right } = chart;
  const axes = axesOf(points);
  const path = (of: (point: TrendPoint) => number) =>
    points.map((point, index) => `${axes.x(index).toFixed(1)},${axes.y(of(point)).toFixed(1)}`);
  const area = [...path(({ p95 }) => p95), ...path(({ p50 }) => p50).toReversed()].join(' ');
  const [first, last] = [points[0], points.at(-1)];
  const summary = `${label}: median ${formatMs(first?.p50 ?? 0)} in the first and ${formatMs(last?.p50 ?? 0)} in the last of ${points.length} runs`;
  const date = (point: TrendPoint | undefined) => escapeHtml(point?.startedAt.slice(0, 10) ?? '');
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(summary)}">`,
    ...[0, axes.highest / 2, axes.highest].map((ms) => gridLine(ms, axes)),
    `<polygon points="${area}" fill="var(--link)" opacity="0.15"/>`,
    ...releaseLines(points, axes),
    `<polyline points="${path(({ p50 }) => p50).join(' ')}" fill="none" stroke="var(--link)" stroke-width="2" stroke-linejoin="round"/>`,
    `<text x="${left}" y="${height - 6}">${date(first)}</text>`,
    `<text x="${width - right}" y="${height - 6}" text-anchor="end">${date(last)}</text>`,
    '</svg>',
  ].join('\n');
}

function gridLine(ms: number, axes: Axes): string {
  const { width, left, right } = chart;
  const y = axes.y(ms).toFixed(1);
  const text = `<text x="${left - 6}" y="${y}" text-anchor="end" dominant-baseline="middle">${formatMs(ms)}</text>`;
  return `<line x1="${left}" x2="${width - right}" y1="${y}" y2="${y}" stroke="var(--line)"/>${text}`;
}

/** A line for each release. Its name is left out where it would cover the one before. */
function releaseLines(points: readonly TrendPoint[], axes: Axes): string[] {
  const { width, height, left, right, top, bottom } = chart;
  let free = 0;
  return points.flatMap(({ release }, index) => {
    if (release === undefined) return [];
    const x = axes.x(index);
    const line = `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top}" y2="${height - bottom}" stroke="var(--open)" stroke-dasharray="3 3"/>`;
    const middle = Math.min(width - right - labelWidth / 2, Math.max(left + labelWidth / 2, x));
    if (middle - labelWidth / 2 < free) return [line];
    free = middle + labelWidth / 2;
    return [
      line,
      `<text x="${middle.toFixed(1)}" y="${top - 7}" text-anchor="middle">${escapeHtml(truncate(release, 9))}</text>`,
    ];
  });
}

function runTable(history: readonly HistoryLine[]): string {
  const time = (ms: number | undefined) => numberCell(ms === undefined ? '' : formatMs(ms));
  const className = (verdict: HistoryLine['verdict']) =>
    verdict === 'passed' ? 'good' : verdict === 'failed' || verdict === 'errored' ? 'bad' : 'open';
  const rows = history
    .toReversed()
    .map(({ id, startedAt, verdict, totals, phases: times, release, machine, browser }) => [
      textCell(startedAt.slice(0, 16).replace('T', ' '), 'nowrap'),
      textCell(`${verdictMarks[verdict]} ${verdict}`, `${className(verdict)} nowrap`),
      numberCell(`${totals.passed + totals.flaky} of ${Object.values(totals).reduce((sum, n) => sum + n, 0)}`),
      time(times.machine?.p50),
      time(times.machine?.p95),
      textCell(release ?? ''),
      textCell([machine, browser].filter(Boolean).join('; '), 'muted'),
      textCell(id, 'muted'),
    ]);
  return htmlTable('Runs', ['Started', 'Verdict', 'Passed', 'p50', 'p95', 'Release', 'Environment', 'Run'], rows);
}
