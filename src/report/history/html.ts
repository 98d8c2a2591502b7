/** The history of a project as one HTML page that works offline: a chart for each phase, and a table of the runs. Pure. */
import { phases } from '#result/timeline.ts';
import { htmlTable, numberCell, renderStaticPage, textCell } from '../compare/static-page.ts';
import { count, formatMs, verdictMarks } from '../format.ts';
import { escapeHtml } from '../html/escape.ts';
import type { HistoryLine } from './history-line.ts';
import { type TrendPoint, trendOf } from './trend.ts';

const chart = { width: 720, height: 150, left: 60, right: 12, top: 18, bottom: 22 };

export function renderHistoryPage(history: readonly HistoryLine[]): string {
  const ids = ['machine', ...Object.keys(phases)];
  const charts = ids.flatMap((id) => {
    const points = trendOf(history, id);
    return points.length < 2 ? [] : [`<h3>${escapeHtml(labelOf(id))}</h3>\n${trendChart(labelOf(id), points)}`];
  });
  const trend = charts.length > 0 ? charts.join('\n') : '<p>A trend needs two runs with times on the same machine.</p>';
  const legend = '<p class="muted">Line: median. Area: up to the 95th percentile. Dashed: first run of a release.</p>';
  return renderStaticPage({
    title: 'Touchstone: history',
    body: [
      `<p>${count(history.length, 'run')}.</p>`,
      '<h2>Trend</h2>',
      legend,
      trend,
      '<h2>Runs</h2>',
      runTable(history),
    ].join('\n'),
  });
}

const labelOf = (id: string): string =>
  id === 'machine' ? 'Whole ceremony, machine' : phases[id as keyof typeof phases].label;

/** The runs have equal distances; the axis of times starts at zero. */
function trendChart(label: string, points: readonly TrendPoint[]): string {
  const { width, height, left, right, top, bottom } = chart;
  const highest = Math.max(...points.map(({ p95 }) => p95), 0.001);
  const x = (index: number) => (left + (index / (points.length - 1)) * (width - left - right)).toFixed(1);
  const y = (ms: number) => (top + (1 - ms / highest) * (height - top - bottom)).toFixed(1);
  const path = (of: (point: TrendPoint) => number) => points.map((point, index) => `${x(index)},${y(of(point))}`);
  const area = [...path(({ p95 }) => p95), ...path(({ p50 }) => p50).toReversed()].join(' ');
  const [first, last] = [points[0], points.at(-1)];
  const summary = `${label}: median ${formatMs(first?.p50 ?? 0)} in the first and ${formatMs(last?.p50 ?? 0)} in the last of ${points.length} runs`;
  return [
    `<div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0">`,
    `<svg width="${width}" height="${height}" role="img" aria-label="${escapeHtml(summary)}">`,
    ...[0, highest / 2, highest].map(
      (ms) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(ms)}" y2="${y(ms)}" stroke="var(--line)"/><text x="${left - 6}" y="${y(ms)}" text-anchor="end" dominant-baseline="middle">${formatMs(ms)}</text>`,
    ),
    `<polygon points="${area}" fill="var(--link)" opacity="0.15"/>`,
    `<polyline points="${path(({ p50 }) => p50).join(' ')}" fill="none" stroke="var(--link)" stroke-width="2"/>`,
    ...points.flatMap(({ release }, index) =>
      release === undefined
        ? []
        : `<line x1="${x(index)}" x2="${x(index)}" y1="${top}" y2="${height - bottom}" stroke="var(--open)" stroke-dasharray="3 3"/><text x="${x(index)}" y="${top - 6}" text-anchor="middle">${escapeHtml(release)}</text>`,
    ),
    `<text x="${left}" y="${height - 6}">${escapeHtml(first?.startedAt.slice(0, 10) ?? '')}</text>`,
    `<text x="${width - right}" y="${height - 6}" text-anchor="end">${escapeHtml(last?.startedAt.slice(0, 10) ?? '')}</text>`,
    '</svg></div>',
  ].join('\n');
}

function runTable(history: readonly HistoryLine[]): string {
  const time = (ms: number | undefined) => numberCell(ms === undefined ? '' : formatMs(ms));
  const className = (verdict: HistoryLine['verdict']) =>
    verdict === 'passed' ? 'good' : verdict === 'failed' || verdict === 'errored' ? 'bad' : 'open';
  const rows = history
    .toReversed()
    .map(({ id, startedAt, verdict, totals, phases: times, release, machine, browser }) => [
      textCell(startedAt.slice(0, 16).replace('T', ' ')),
      textCell(`${verdictMarks[verdict]} ${verdict}`, className(verdict)),
      numberCell(`${totals.passed + totals.flaky} of ${Object.values(totals).reduce((sum, n) => sum + n, 0)}`),
      time(times.machine?.p50),
      time(times.machine?.p95),
      textCell(release ?? ''),
      textCell([machine, browser].filter(Boolean).join('; '), 'muted'),
      textCell(id, 'muted'),
    ]);
  return htmlTable('Runs', ['Started', 'Verdict', 'Passed', 'p50', 'p95', 'Release', 'Environment', 'Run'], rows);
}
