/**
 * Markdown summary for CI job pages: verdict, failures with their location in the scenario, phase percentiles.
 * GitHub drops a summary above 1 MB, so texts and lists are cut, with a note that says how many entries are missing.
 */
import type { BudgetVerdict } from '#result/budget.ts';
import { type CaseResult, type RunResult, verdicts } from '#result/run-result.ts';
import {
  count,
  exceededBudgets,
  firstLine,
  formatLocation,
  formatMs,
  leadingFailure,
  summaryLine,
  truncate,
  verdictMarks,
} from './format.ts';
import { groupBy } from './group-by.ts';
import { describeExcludedCases, phaseStatistics } from './phase-statistics.ts';

const maxFailures = 100;
const maxFrames = 20;
const maxIdsPerReason = 5;
const maxCellLength = 300;
const maxFrameLength = 4_000;

export function renderMarkdown(result: RunResult): string {
  const notable = result.cases.filter(
    ({ verdict }) => verdict !== 'passed' && verdict !== 'skipped' && verdict !== 'waived',
  );
  const sections = [
    headline(result),
    runErrors(result),
    failureTable(notable),
    codeFrames(notable),
    skippedReasons(result),
    budgetTable(result),
    phaseTable(result),
    facts(result),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function headline({ verdict, totals, cases, run, budgets, missingCases }: RunResult): string {
  const given = verdicts.filter((name) => totals[name] > 0);
  const exceeded = exceededBudgets({ budgets }).length;
  const mark = exceeded > 0 ? verdictMarks.failed : verdictMarks[verdict];
  return [
    `# ${mark} Touchstone: ${verdict}${exceeded > 0 ? `, ${count(exceeded, 'budget')} exceeded` : ''}`,
    '',
    `${missingCases ? `${cases.length} of ` : ''}${count(cases.length + (missingCases ?? 0), 'case')} in ${formatMs(run.durationMs)}: ${given.map((name) => `**${totals[name]}** ${name}`).join(', ') || 'nothing ran'}.`,
  ].join('\n');
}

function runErrors({ errors = [] }: RunResult): string {
  if (errors.length === 0) return '';
  const shown = errors.slice(0, maxFrames).map((error) => `- ${cell(firstLine(error.message))}`);
  return ['## Errors outside any case', '', ...shown, ...more(errors.length, maxFrames)].join('\n');
}

function failureTable(notable: readonly CaseResult[]): string {
  if (notable.length === 0) return '';
  const rows = notable.slice(0, maxFailures).map((result) => {
    const failure = leadingFailure(result);
    const place = formatLocation(failure?.location ?? result.location);
    return `| ${verdictMarks[result.verdict]} ${result.verdict} | ${cell(result.title)}<br>${code(result.id)} | ${code(place)} | ${cell(summaryLine(failure?.message ?? ''))} |`;
  });
  return [
    '## Needs attention',
    '',
    '| Verdict | Case | Location | Message |',
    '|---|---|---|---|',
    ...rows,
    ...more(notable.length, maxFailures),
  ].join('\n');
}

function codeFrames(notable: readonly CaseResult[]): string {
  const framed = notable.flatMap((result) => {
    const { message = '', codeFrame } = leadingFailure(result) ?? {};
    return codeFrame ? [{ title: result.title, text: `${message}\n\n${codeFrame}` }] : [];
  });
  const blocks = framed
    .slice(0, maxFrames)
    .map(
      ({ title, text }) =>
        `<details><summary>${htmlText(title)}</summary>\n\n${fenced(truncate(text, maxFrameLength))}\n\n</details>`,
    );
  return [...blocks, ...more(framed.length, maxFrames)].join('\n\n');
}

/** The reasons why cases were skipped, each once. */
function skippedReasons({ cases }: RunResult): string {
  const reasons = groupBy(
    cases.filter(({ verdict }) => verdict === 'skipped'),
    ({ notes }) => notes?.[0] ?? 'no reason given',
  );
  if (reasons.size === 0) return '';
  const lines = [...reasons].slice(0, maxFrames).map(([reason, some]) => {
    const ids = some.slice(0, maxIdsPerReason).map(({ id }) => code(id));
    return `- ${cell(reason)}: ${ids.join(', ')}${some.length > maxIdsPerReason ? ` and ${some.length - maxIdsPerReason} more` : ''}`;
  });
  return ['## Skipped', '', ...lines, ...more(reasons.size, maxFrames)].join('\n');
}

function phaseTable({ cases }: RunResult): string {
  const rows = phaseStatistics(cases);
  const note = describeExcludedCases(cases);
  if (rows.length === 0) return note;
  const lines = rows.map(
    ({ label, by, n, p50, p75, p95, p99, max, mad, outliers }) =>
      `| ${label} | ${by} | ${n} | ${[p50, p75, p95, p99, max, mad].map(formatMs).join(' | ')} | ${outliers} |`,
  );
  return [
    '## Time by phase',
    '',
    '| Phase | Time of | n | p50 | p75 | p95 | p99 | max | MAD | outliers |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...lines,
    ...(note ? ['', note] : []),
  ].join('\n');
}

function budgetTable({ budgets = [] }: RunResult): string {
  if (budgets.length === 0) return '';
  const rows = budgets
    .toSorted((a, b) => budgetOrder.indexOf(a.verdict) - budgetOrder.indexOf(b.verdict))
    .slice(0, maxFailures)
    .map(({ verdict, caseId, message, n }) => `| ${verdict} | ${code(caseId)} | ${cell(message)} | ${n} |`);
  return [
    '## Budgets',
    '',
    '| Verdict | Case | Result | n |',
    '|---|---|---|--:|',
    ...rows,
    ...more(budgets.length, maxFailures),
  ].join('\n');
}

const budgetOrder: readonly BudgetVerdict[] = ['failed', 'inconclusive', 'passed'];

function facts({ run }: RunResult): string {
  const given = {
    run: run.id,
    command: run.command,
    release: run.release,
    seed: run.seed,
    browser: run.browser,
    node: run.node,
    platform: run.platform,
    touchstone: run.touchstone,
    started: run.startedAt,
  };
  return Object.entries(given)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${code(value ?? '')}`)
    .join(' · ');
}

const more = (total: number, shown: number): string[] =>
  total > shown ? ['', `... and ${total - shown} more in the full report.`] : [];

/** Escapes text for a table cell: no markup, no HTML, no link, no mention of an account, one line. */
const cell = (value: string): string => htmlText(value).replace(/[\\`*_{}[\]()#+!|~$-]/g, '\\$&');

/** Escapes text inside an HTML block, where Markdown's escapes would be visible. */
const htmlText = (value: string): string =>
  truncate(printable(value), maxCellLength)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200B')
    .replaceAll('://', ':\u200B//');

/** Returns an inline code span whose delimiter is longer than any run of backticks in it (CommonMark 6.1). */
function code(value: string): string {
  const line = truncate(printable(value), maxCellLength).replaceAll('|', '\\|');
  const ticks = '`'.repeat(longestRun(line) + 1);
  return line.includes('`') ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

function fenced(value: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(value) + 1));
  return `${fence}text\n${value.replace(control, '\uFFFD')}\n${fence}`;
}

const longestRun = (value: string): number => Math.max(0, ...[...value.matchAll(/`+/g)].map(([run]) => run.length));
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches the characters to replace
const control = /[\u0000-\u0008\u000B-\u001F\u007F]/g;
const printable = (value: string): string => value.replace(/\s+/g, ' ').replace(control, '\uFFFD').trim();
