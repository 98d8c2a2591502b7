/** What stands on the terminal when a run has ended: each failure with its lines of YAML, the verdict table, where the report is. */
import { type CaseResult, type Failure, type RunResult, type Verdict, verdicts } from '#result/run-result.ts';
import { ceremonyMs, percentiles } from '#result/statistics.ts';
import type { Colours } from '../colour.ts';
import { count, formatLocation, formatMs, truncate, verdictMarks } from '../format.ts';
import { groupBy } from '../group-by.ts';
import { leftOut, measuredCases } from '../phase-statistics.ts';
import { paint } from './live-view.ts';
import { harmless, padEnd, padStart } from './terminal.ts';

const mostFailures = 20;
const longestMessage = 12;

/** Lines to print; `report` is the path of the HTML report, if there is one. */
export function summary(result: RunResult, report: string | undefined, c: Colours): string[] {
  const troubled = result.cases.filter(({ verdict }) => verdict === 'failed' || verdict === 'errored');
  return [
    ...(result.errors ?? []).flatMap((error) => ['', `  ${c.red('✗ outside any case')}`, ...failureLines(error, c)]),
    ...troubled.slice(0, mostFailures).flatMap((failed, index) => troubledCase(failed, index + 1, c)),
    ...(troubled.length > mostFailures ? ['', `  ... and ${troubled.length - mostFailures} more in the report`] : []),
    '',
    ...table(result, c),
    '',
    ...times(result, c),
    `  ${verdictLine(result, c)}`,
    ...(report ? [`  ${c.dim('Report')}  ${c.underline(report)}`] : []),
    '',
  ];
}

function troubledCase({ title, id, verdict, failures, location }: CaseResult, number: number, c: Colours): string[] {
  const last = failures.filter(({ attempt }) => attempt === failures.at(-1)?.attempt);
  const heading = `  ${paint(c)[verdict](`${number}) ${verdictMarks[verdict]} ${harmless(title)}`)}  ${c.dim(harmless(id))}`;
  const shown = last.length > 0 ? last : [{ message: 'no message', location }];
  return ['', heading, ...shown.flatMap((failure) => failureLines(failure, c))];
}

function failureLines({ message, location, codeFrame }: Failure, c: Colours): string[] {
  const lines = harmless(message).trim().split('\n');
  const frame = harmless(codeFrame ?? '')
    .split('\n')
    .map((line) => (/^>|^\s*\|\s*\^/.test(line) ? c.bold(line) : c.dim(line)));
  return [
    ...lines.slice(0, longestMessage).map((line) => `     ${line}`),
    ...(lines.length > longestMessage
      ? [c.dim(`     ... ${lines.length - longestMessage} more lines in the report`)]
      : []),
    ...(location ? ['', `     ${c.cyan(formatLocation(location))}`] : []),
    ...(codeFrame ? frame.map((line) => `     ${line}`) : []),
  ];
}

/** One row for each scenario file, one column for each verdict that occurred. */
function table({ cases, totals }: RunResult, c: Colours): string[] {
  const columns = verdicts.filter((verdict) => totals[verdict] > 0);
  const files = [...groupBy(cases, ({ location }) => location.file)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (cases.length === 0) return [];
  const names = files.map(([file]) => truncate(harmless(file), 60));
  const nameWidth = Math.max(8, ...names.map((name) => name.length));
  const columnWidth = (verdict: Verdict) => verdict.length + 2;
  const row = (name: string, of: (verdict: Verdict) => number, ms: number) =>
    `  ${padEnd(name, nameWidth)}${columns.map((verdict) => padStart(cell(of(verdict), verdict, c), columnWidth(verdict))).join('')}${padStart(c.dim(formatMs(ms)), 12)}`;
  const head = c.dim(
    `  ${padEnd('Scenario', nameWidth)}${columns.map((verdict) => padStart(verdict, columnWidth(verdict))).join('')}${padStart('time', 12)}`,
  );
  const rule = c.dim(
    `  ${'─'.repeat(nameWidth + 12 + columns.reduce((sum, verdict) => sum + columnWidth(verdict), 0))}`,
  );
  const spent = (some: readonly CaseResult[]) => some.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    head,
    rule,
    ...files.map(([, some], index) =>
      row(names[index]!, (wanted) => some.filter(({ verdict }) => verdict === wanted).length, spent(some)),
    ),
    rule,
    row(count(cases.length, 'case'), (verdict) => totals[verdict], spent(cases)),
  ];
}

const cell = (n: number, verdict: Verdict, c: Colours): string => (n === 0 ? c.dim('·') : paint(c)[verdict](String(n)));

function times({ cases }: RunResult, c: Colours): string[] {
  const ceremonies = measuredCases(cases).map(({ spans }) => ceremonyMs(spans));
  const note = leftOut(cases);
  const notes = note ? [`  ${c.dim(note)}`, ''] : [];
  if (ceremonies.length === 0) return notes;
  const machine = percentiles(ceremonies.map(({ machineMs }) => machineMs));
  const gesture = percentiles(ceremonies.map(({ gestureMs }) => gestureMs));
  const line = (label: string, { p50, p95, max }: typeof machine) =>
    `  ${c.dim(padEnd(label, 8))}p50 ${formatMs(p50)}  p95 ${formatMs(p95)}  max ${formatMs(max)}  ${c.dim(`n ${ceremonies.length}`)}`;
  return [line('Machine', machine), line('Gesture', gesture), ...(note ? notes : [''])];
}

function verdictLine({ verdict, totals, cases, run }: RunResult, c: Colours): string {
  const word = c.bold(paint(c)[verdict](`${verdictMarks[verdict]} ${verdict}`));
  if (verdict === 'skipped') return `${word}  nothing was learned: every case was skipped`;
  return `${word}  ${totals.passed + totals.flaky} of ${count(cases.length, 'case')} passed in ${formatMs(run.durationMs)}`;
}
