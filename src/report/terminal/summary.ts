/** The terminal output at the end of a run: each failure with its lines of YAML, the verdict table, the path of the report. */
import { type CaseResult, type Failure, type RunResult, type Verdict, verdicts } from '#result/run-result.ts';
import { ceremonyMs, percentiles } from '#result/statistics.ts';
import type { Colours } from '../colour.ts';
import { count, exceededBudgets, formatLocation, formatMs, truncate, verdictMarks } from '../format.ts';
import { groupBy } from '../group-by.ts';
import { describeExcludedCases, measuredCases } from '../phase-statistics.ts';
import { padEnd, padStart, stripControlCharacters, toOneLine } from './terminal.ts';
import { verdictColours } from './verdict-colours.ts';

const maxFailures = 20;
const maxMessageLines = 12;
const timeWidth = 12;

/** Returns the lines to print; `report` is the path of the HTML report, if it was written. */
export function renderSummary(result: RunResult, report: string | undefined, c: Colours): string[] {
  const failedCases = result.cases.filter(({ verdict }) => verdict === 'failed' || verdict === 'errored');
  const hidden = failedCases.length - maxFailures;
  return [
    ...(result.errors ?? []).flatMap((error) => ['', `  ${c.red('✗ outside any case')}`, ...failureLines(error, c)]),
    ...failedCases.slice(0, maxFailures).flatMap((failed, index) => caseLines(failed, index + 1, c)),
    ...(hidden > 0 ? ['', `  ... and ${hidden} more in the report`] : []),
    '',
    ...verdictTable(result, c),
    '',
    ...timeLines(result, c),
    ...budgetLines(result, c),
    `  ${verdictLine(result, c)}`,
    ...(report ? [`  ${c.dim('Report')}  ${c.underline(report)}`] : []),
    '',
  ];
}

function caseLines({ title, id, verdict, failures, location }: CaseResult, number: number, c: Colours): string[] {
  const ofLastAttempt = failures.filter(({ attempt }) => attempt === failures.at(-1)?.attempt);
  const name = verdictColours(c)[verdict](`${number}) ${verdictMarks[verdict]} ${stripControlCharacters(title)}`);
  const shown = ofLastAttempt.length > 0 ? ofLastAttempt : [{ message: 'no message', location }];
  return [
    '',
    `  ${name}  ${c.dim(stripControlCharacters(id))}`,
    ...shown.flatMap((failure) => failureLines(failure, c)),
  ];
}

function failureLines({ message, location, codeFrame }: Failure, c: Colours): string[] {
  const lines = stripControlCharacters(message).trim().split('\n');
  const hidden = lines.length - maxMessageLines;
  const frame = stripControlCharacters(codeFrame ?? '')
    .split('\n')
    .map((line) => (/^>|^\s*\|\s*\^/.test(line) ? c.bold(line) : c.dim(line)));
  return [
    ...lines.slice(0, maxMessageLines).map((line) => `     ${line}`),
    ...(hidden > 0 ? [c.dim(`     ... ${hidden} more lines in the report`)] : []),
    ...(location ? ['', `     ${c.cyan(formatLocation(location))}`] : []),
    ...(codeFrame ? frame.map((line) => `     ${line}`) : []),
  ];
}

/** One row for each scenario file, one column for each verdict that occurred, and the sums. */
function verdictTable({ cases, totals }: RunResult, c: Colours): string[] {
  if (cases.length === 0) return [];
  const columns = verdicts.filter((verdict) => totals[verdict] > 0);
  const files = [...groupBy(cases, ({ location }) => location.file)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, members]) => ({ name: truncate(stripControlCharacters(file), 60), members }));
  const nameWidth = Math.max(8, ...files.map(({ name }) => name.length));
  const columnWidth = (verdict: Verdict) => verdict.length + 2;
  const tableWidth = columns.reduce((sum, verdict) => sum + columnWidth(verdict), nameWidth + timeWidth);
  const line = (name: string, cell: (verdict: Verdict) => string, time: string) => {
    const cells = columns.map((verdict) => padStart(cell(verdict), columnWidth(verdict)));
    return `  ${padEnd(name, nameWidth)}${cells.join('')}${padStart(time, timeWidth)}`;
  };
  const row = (name: string, members: readonly CaseResult[]) => {
    const number = (verdict: Verdict) => members.filter((member) => member.verdict === verdict).length;
    const ms = members.reduce((sum, { durationMs }) => sum + durationMs, 0);
    return line(name, (verdict) => numberCell(number(verdict), verdict, c), c.dim(formatMs(ms)));
  };
  const rule = c.dim(`  ${'─'.repeat(tableWidth)}`);
  return [
    c.dim(line('Scenario', (verdict) => verdict, 'time')),
    rule,
    ...files.map(({ name, members }) => row(name, members)),
    rule,
    row(count(cases.length, 'case'), cases),
  ];
}

const numberCell = (n: number, verdict: Verdict, c: Colours): string =>
  n === 0 ? c.dim('·') : verdictColours(c)[verdict](String(n));

function timeLines({ cases }: RunResult, c: Colours): string[] {
  const ceremonies = measuredCases(cases).map(({ spans }) => ceremonyMs(spans));
  const note = describeExcludedCases(cases);
  const notes = note ? [`  ${c.dim(note)}`, ''] : [];
  if (ceremonies.length === 0) return notes;
  const machine = percentiles(ceremonies.map(({ machineMs }) => machineMs));
  const gesture = percentiles(ceremonies.map(({ gestureMs }) => gestureMs));
  const line = (label: string, { p50, p95, max }: typeof machine) =>
    `  ${c.dim(padEnd(label, 8))}p50 ${formatMs(p50)}  p95 ${formatMs(p95)}  max ${formatMs(max)}  ${c.dim(`n ${ceremonies.length}`)}`;
  return [line('Machine', machine), line('Gesture', gesture), ...(note ? notes : [''])];
}

/** Budgets that are exceeded or have no verdict, and the number of those that are kept. */
function budgetLines({ budgets = [] }: RunResult, c: Colours): string[] {
  if (budgets.length === 0) return [];
  const marks = { failed: c.red('✗'), inconclusive: c.yellow('?') };
  const open = budgets.flatMap(({ verdict, message, caseId }) =>
    verdict === 'passed' ? [] : [`  ${marks[verdict]} ${toOneLine(message)}  ${c.dim(toOneLine(caseId))}`],
  );
  const kept = budgets.length - open.length;
  return [...open, `  ${c.dim('Budgets')}  ${kept} of ${budgets.length} kept`, ''];
}

function verdictLine({ verdict, totals, cases, run, budgets, missingCases = 0 }: RunResult, c: Colours): string {
  const exceeded = exceededBudgets({ budgets }).length;
  const word =
    exceeded > 0 && (verdict === 'passed' || verdict === 'flaky')
      ? c.bold(verdictColours(c).failed(`${verdictMarks.failed} ${count(exceeded, 'budget')} exceeded`))
      : c.bold(verdictColours(c)[verdict](`${verdictMarks[verdict]} ${verdict}`));
  if (verdict === 'skipped') return `${word}  every case was skipped, so nothing was tested`;
  const waived = totals.waived > 0 ? `, ${count(totals.waived, 'known failure')}` : '';
  return `${word}  ${totals.passed + totals.flaky} of ${count(cases.length + missingCases, 'case')} passed${waived} in ${formatMs(run.durationMs)}`;
}
