/**
 * Markdown summary for job pages: verdict, failures with their place in the scenario, phase percentiles.
 * GitHub drops a summary above 1 MB, so texts and lists are cut and what was left out is said.
 */
import { type CaseResult, type Failure, type RunResult, verdicts } from '#result/run-result.ts';
import { count, firstLine, formatLocation, formatMs, truncate, verdictMarks } from './format.ts';
import { groupBy } from './group-by.ts';
import { leftOut, phaseStatistics } from './phase-statistics.ts';
import { formats, type Renderer } from './renderer.ts';

export const markdown: Renderer = { id: 'markdown', file: formats.markdown, render };

const mostFailures = 100;
const mostFrames = 20;
const mostNamed = 5;
const longestCell = 300;
const longestFrame = 4_000;

function render(result: RunResult): string {
  const troubled = result.cases.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'skipped');
  const sections = [
    headline(result),
    runErrors(result),
    failureTable(troubled),
    frames(troubled),
    skipped(result),
    phaseTable(result),
    facts(result),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function headline({ verdict, totals, cases, run }: RunResult): string {
  const given = verdicts.filter((name) => totals[name] > 0);
  return [
    `# ${verdictMarks[verdict]} Touchstone: ${verdict}`,
    '',
    `${count(cases.length, 'case')} in ${formatMs(run.durationMs)}: ${given.map((name) => `**${totals[name]}** ${name}`).join(', ') || 'nothing ran'}.`,
  ].join('\n');
}

function runErrors({ errors = [] }: RunResult): string {
  if (errors.length === 0) return '';
  const shown = errors.slice(0, mostFrames).map((error) => `- ${cell(firstLine(error.message))}`);
  return ['## Errors outside any case', '', ...shown, ...more(errors.length, mostFrames)].join('\n');
}

function failureTable(troubled: readonly CaseResult[]): string {
  if (troubled.length === 0) return '';
  const rows = troubled.slice(0, mostFailures).map((result) => {
    const failure = mainFailure(result);
    const place = formatLocation(failure?.location ?? result.location);
    return `| ${verdictMarks[result.verdict]} ${result.verdict} | ${cell(result.title)}<br>${code(result.id)} | ${code(place)} | ${cell(firstLine(failure?.message ?? ''))} |`;
  });
  return [
    '## Needs attention',
    '',
    '| Verdict | Case | Where | What |',
    '|---|---|---|---|',
    ...rows,
    ...more(troubled.length, mostFailures),
  ].join('\n');
}

function frames(troubled: readonly CaseResult[]): string {
  const framed = troubled.filter((result) => mainFailure(result)?.codeFrame);
  const blocks = framed.slice(0, mostFrames).map((result) => {
    const { message, codeFrame } = mainFailure(result)!;
    const body = truncate(`${message}\n\n${codeFrame}`, longestFrame);
    return `<details><summary>${htmlText(result.title)}</summary>\n\n${fenced(body)}\n\n</details>`;
  });
  return [...blocks, ...more(framed.length, mostFrames)].join('\n\n');
}

/** Why cases say nothing, each reason once. */
function skipped({ cases }: RunResult): string {
  const reasons = groupBy(
    cases.filter(({ verdict }) => verdict === 'skipped'),
    ({ notes }) => notes?.[0] ?? 'no reason was given',
  );
  if (reasons.size === 0) return '';
  const lines = [...reasons].slice(0, mostFrames).map(([reason, some]) => {
    const ids = some.slice(0, mostNamed).map(({ id }) => code(id));
    return `- ${cell(reason)}: ${ids.join(', ')}${some.length > mostNamed ? ` and ${some.length - mostNamed} more` : ''}`;
  });
  return ['## Skipped', '', ...lines, ...more(reasons.size, mostFrames)].join('\n');
}

function phaseTable({ cases }: RunResult): string {
  const rows = phaseStatistics(cases);
  const note = leftOut(cases);
  if (rows.length === 0) return note;
  const lines = rows.map(
    ({ label, by, n, p50, p75, p95, max }) =>
      `| ${label} | ${by} | ${n} | ${[p50, p75, p95, max].map(formatMs).join(' | ')} |`,
  );
  return [
    '## Time by phase',
    '',
    '| Phase | Whose time | n | p50 | p75 | p95 | max |',
    '|---|---|--:|--:|--:|--:|--:|',
    ...lines,
    ...(note ? ['', note] : []),
  ].join('\n');
}

function facts({ run }: RunResult): string {
  const given = {
    run: run.id,
    command: run.command,
    seed: run.seed,
    browser: run.browser,
    node: run.node,
    platform: run.platform,
    touchstone: run.touchstone,
    started: run.startedAt,
  };
  return Object.entries(given)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${code(value!)}`)
    .join(' · ');
}

const mainFailure = ({ failures }: CaseResult): Failure | undefined =>
  failures.find(({ location }) => location) ?? failures[0];

const more = (total: number, shown: number): string[] =>
  total > shown ? ['', `... and ${total - shown} more in the full report.`] : [];

/** Text that stays text in a table cell: no markup, no HTML, no link, no mention of an account, one line. */
const cell = (value: string): string => htmlText(value).replace(/[\\`*_{}[\]()#+!|~$-]/g, '\\$&');

/** Text inside an HTML block, where Markdown's own escapes would show. */
const htmlText = (value: string): string =>
  truncate(printable(value), longestCell)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200B')
    .replaceAll('://', ':\u200B//');

/** An inline code span, whose delimiter is longer than any run of backticks in it (CommonMark 6.1). */
function code(value: string): string {
  const line = truncate(printable(value), longestCell).replaceAll('|', '\\|');
  const ticks = '`'.repeat(longestRun(line) + 1);
  return line.includes('`') ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

function fenced(value: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(value) + 1));
  return `${fence}text\n${value.replace(control, '\uFFFD')}\n${fence}`;
}

const longestRun = (value: string): number => Math.max(0, ...[...value.matchAll(/`+/g)].map(([run]) => run.length));
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
const control = /[\u0000-\u0008\u000B-\u001F\u007F]/g;
const printable = (value: string): string => value.replace(/\s+/g, ' ').replace(control, '\uFFFD').trim();
