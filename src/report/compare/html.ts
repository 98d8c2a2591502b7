/** A comparison of two runs as one HTML page that works offline: verdict changes, and a forest plot of the phases. Pure. */
import { count, formatMs, verdictMarks } from '../format.ts';
import { escapeHtml } from '../html/escape.ts';
import type { PhaseComparison } from './compare-phases.ts';
import { missingCases, type RunComparison, type VerdictChange } from './compare-runs.ts';
import { type ForestScale, forestScale } from './forest-plot.ts';
import { type HtmlCell, htmlTable, numberCell, renderStaticPage, textCell } from './static-page.ts';
import { problemsOf } from './terminal.ts';

const plot = { width: 280, height: 22, margin: 8 };
const classOfVerdict = { slower: 'bad', faster: 'good', unchanged: 'muted', inconclusive: 'open' } as const;
const classOfChange = { worse: 'bad', better: 'good', other: 'open', added: 'muted', removed: 'muted' } as const;

export function renderComparisonPage(comparison: RunComparison): string {
  const { before, after } = comparison;
  return renderStaticPage({
    title: 'Comparison of two runs',
    body: [names(before, after), summary(comparison), changes(comparison), times(comparison), facts(comparison)].join(
      '\n',
    ),
  });
}

/** Returns the two runs by their release, if they have one, and their id. */
function names(...runs: [RunComparison['before'], RunComparison['after']]): string {
  const [before, after] = runs.map(
    ({ id, release }) =>
      `${release ? `<b>${escapeHtml(release)}</b> ` : ''}<code class="muted">${escapeHtml(id)}</code>`,
  );
  return `<p class="names"><span>Before ${before}</span> <span>After ${after}</span></p>`;
}

function summary(comparison: RunComparison): string {
  const { differences, leftOut } = comparison;
  const problems = problemsOf(comparison);
  const paragraph = (kind: string, text: string) => `<p class="${kind}">${escapeHtml(text)}</p>`;
  return [
    ...(problems.length === 0 ? [paragraph('good', '✓ Nothing is worse.')] : []),
    ...problems.map((problem) => paragraph('bad', `✗ ${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`)),
    ...differences.map((sentence) => paragraph('open', `The times do not count: ${sentence}`)),
    ...leftOut.reasons.map((sentence) =>
      paragraph('open', `Left out of the times: ${count(leftOut.cases, 'case')}. ${sentence}`),
    ),
  ].join('\n');
}

function changes(comparison: RunComparison): string {
  const all = comparison.changes;
  const missing = new Set(missingCases(comparison));
  if (all.length === 0) return '<h2>Verdicts</h2>\n<p>No verdict changed.</p>';
  const order = Object.keys(classOfChange);
  const sorted = all.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const verdict = (name: VerdictChange['before'], absent: string) => (name ? `${verdictMarks[name]} ${name}` : absent);
  const rows = sorted.map((change): HtmlCell[] => {
    const { id, title, kind, before, after } = change;
    return [
      textCell(kind, missing.has(change) ? 'bad' : classOfChange[kind]),
      textCell(verdict(before, 'not there'), 'nowrap'),
      textCell(verdict(after, 'not there'), 'nowrap'),
      { html: `${escapeHtml(title)}<br><code class="muted">${escapeHtml(id)}</code>` },
    ];
  });
  return `<h2>Verdicts</h2>\n${htmlTable('Verdicts that changed', ['Change', 'Before', 'After', 'Case'], rows)}`;
}

function times({ phases, options }: RunComparison): string {
  if (phases.length === 0) return '<h2>Times</h2>\n<p>No case has times in both runs.</p>';
  const scale = forestScale(phases.map(({ interval }) => interval));
  const rows = phases.map((phase): HtmlCell[] => [
    textCell(phase.label),
    textCell(phase.by, 'muted'),
    numberCell(String(phase.n)),
    numberCell(formatMs(phase.beforeMs)),
    numberCell(formatMs(phase.afterMs)),
    numberCell(`${phase.ratio.toFixed(3)} [${phase.interval.lower.toFixed(3)}, ${phase.interval.upper.toFixed(3)}]`),
    { html: interval(phase, scale) },
    textCell(phase.verdict, classOfVerdict[phase.verdict]),
    numberCell(String(phase.outliers)),
  ]);
  const head = [
    'Phase',
    'Time of',
    'n',
    'Before',
    'After',
    'Ratio',
    `Faster | slower (lines: ${scale.ticks.join(', ')})`,
    'Verdict',
    'Outliers',
  ];
  const note = `The times are medians. The ratio compares each case with itself, without the smallest and the largest third, and has its ${Math.round(options.confidence * 100)} % bootstrap interval. Slower: the whole interval is above ${options.maxRatio}.`;
  return `<h2>Times</h2>\n<p class="muted">${escapeHtml(note)}</p>\n${htmlTable('Times by phase', head, rows)}`;
}

/** Returns one row of the forest plot; its text alternative is in the cell of the ratio. */
function interval({ ratio, interval: { lower, upper }, verdict }: PhaseComparison, scale: ForestScale): string {
  const { width, height, margin } = plot;
  const x = (value: number) => (margin + scale.position(value) * (width - 2 * margin)).toFixed(1);
  const middle = height / 2;
  return [
    `<svg width="${width}" height="${height}" aria-hidden="true" class="${classOfVerdict[verdict]}">`,
    ...scale.ticks.map((tick) => `<line x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="${height}" stroke="var(--line)"/>`),
    `<line x1="${x(1)}" x2="${x(1)}" y1="0" y2="${height}" stroke="var(--muted)"/>`,
    `<line x1="${x(lower)}" x2="${x(upper)}" y1="${middle}" y2="${middle}" stroke="currentColor" stroke-width="2"/>`,
    `<circle cx="${x(ratio)}" cy="${middle}" r="4" fill="currentColor"/>`,
    '</svg>',
  ].join('');
}

function facts({ before, after, commonCases }: RunComparison): string {
  const row = (name: string, of: (run: RunComparison['before']) => string | undefined): HtmlCell[] => [
    textCell(name),
    textCell(of(before) ?? ''),
    textCell(of(after) ?? ''),
  ];
  const rows = [
    row('Run', ({ id }) => id),
    row('Started', ({ startedAt }) => startedAt),
    row('Release', ({ release }) => release),
    row('Command', ({ command }) => command),
    row('Touchstone', ({ touchstone }) => touchstone),
    row('Machine', ({ machine, platform }) => machine ?? platform),
    row('Browser', ({ browser }) => browser),
  ];
  return `<h2>Runs</h2>\n<p>${count(commonCases, 'case')} in both runs.</p>\n${htmlTable('The two runs', ['', 'Before', 'After'], rows)}`;
}
