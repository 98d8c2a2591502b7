/** The results of a conformance run in the terminal: every finding, one row for each group, the verdict, the path of the report. */
import type { Colours } from '#report/colour.ts';
import { count, formatMs, truncate } from '#report/format.ts';
import { groupBy } from '#report/group-by.ts';
import { padEnd, padStart, toOneLine } from '#report/terminal/terminal.ts';
import { caseId } from '../case-result.ts';
import { groupOf } from '../catalogue-entry.ts';
import { countVerdicts, type Verdict } from '../verdict.ts';
import { type ChangeKind, kindOfChange } from './compare.ts';
import { headlineOf } from './headline.ts';
import { verdictMarks, verdictsByUrgency } from './marks.ts';
import type { Comparison, ConformanceReport, ReportCase, ReportRequirement } from './report-model.ts';

export interface TerminalOptions {
  colours: Colours;
  /** Columns of the terminal. */
  width: number;
  /** Prints the cases that are not applicable, too. */
  verbose: boolean;
  /** Path of the HTML report, if it was written. */
  path?: string | undefined;
}

const tableColumns: Verdict[] = ['pass', 'fail', 'inconclusive', 'observation', 'waived', 'not-applicable'];
const maxFindings = 40;
const maxMessages = 2;
const timeWidth = 12;

/** Returns the lines to print. */
export function renderResults(report: ConformanceReport, options: TerminalOptions): string[] {
  const { colours: c, path } = options;
  return [
    ...findingLines(report, options),
    ...(report.comparison ? comparisonLines(report.comparison, options) : []),
    '',
    `  ${c.bold(report.targets.map(nameOfTarget).join(', '))}`,
    '',
    ...report.targets.flatMap((_, target) => groupTable(report, target, options)),
    ...report.profiles.map(
      ({ id, verdict }) => `  ${c.dim('Profile')}  ${profileColours(c)[verdict](`${id} ${verdict}`)}`,
    ),
    `  ${verdictLine(report, c)}`,
    ...(path === undefined ? [] : [`  ${c.dim('Report')}  ${c.underline(path)}`]),
    '',
  ];
}

const verdictColours = (c: Colours): Record<Verdict, (text: string) => string> => ({
  pass: c.green,
  fail: c.red,
  observation: c.yellow,
  'not-applicable': c.dim,
  inconclusive: c.magenta,
  waived: c.cyan,
});

const profileColours = (c: Colours) => ({ passed: c.green, failed: c.red, 'not-tested': c.dim });

const nameOfTarget = ({ name, version }: ConformanceReport['targets'][number]): string =>
  version === undefined ? name : `${name} (${version})`;

function findingLines({ cases, requirements, targets }: ConformanceReport, options: TerminalOptions): string[] {
  const hiddenVerdicts: Verdict[] = options.verbose ? ['pass'] : ['pass', 'not-applicable'];
  const shown = verdictsByUrgency
    .filter((verdict) => !hiddenVerdicts.includes(verdict))
    .flatMap((verdict) => cases.filter((one) => one.verdict === verdict));
  const entries = new Map(requirements.map((entry) => [entry.id, entry]));
  const limit = options.verbose ? shown.length : maxFindings;
  const hidden = shown.length - limit;
  return [
    ...shown.slice(0, limit).flatMap((one) => {
      const target = targets.length > 1 ? targets[one.target]?.name : undefined;
      return caseLines(one, { entry: entries.get(one.id), target, options });
    }),
    ...(hidden > 0 ? ['', `  ... and ${count(hidden, 'more finding')} in the report (--verbose prints all)`] : []),
  ];
}

interface CaseParts {
  entry: ReportRequirement | undefined;
  target: string | undefined;
  options: TerminalOptions;
}

function caseLines(one: ReportCase, { entry, target, options: { colours: c, width } }: CaseParts): string[] {
  const { verdict, message, evidence } = one;
  const paint = verdictColours(c)[verdict];
  const name = paint(`${verdictMarks[verdict]} ${verdict.replace('-', ' ')}`);
  const head = `  ${name}  ${c.bold(caseId(one))}${target === undefined ? '' : c.dim(` on ${target}`)}`;
  if (verdict === 'not-applicable') return [`${head}  ${c.dim(toOneLine(message))}`];
  const source = entry && `${entry.title} (${entry.document} section ${entry.section}, ${entry.level})`;
  const line = (text: string) => truncate(`     ${toOneLine(text)}`, width);
  return [
    '',
    head,
    ...(source ? [c.dim(line(source))] : []),
    ...(message ? [`     ${toOneLine(message)}`] : []),
    ...evidence.slice(-maxMessages).map(({ name: what, text }) => c.dim(line(`${padEnd(what, 8)} ${text}`))),
  ];
}

/** One row for each group, one column for each verdict that occurred, and the sums. */
function groupTable(
  { cases, targets, groups }: ConformanceReport,
  target: number,
  { colours: c }: TerminalOptions,
): string[] {
  const own = cases.filter((one) => one.target === target);
  const totals = countVerdicts(own.map(({ verdict }) => verdict));
  const columns = tableColumns.filter((verdict) => totals[verdict] > 0);
  const byGroup = groupBy(own, ({ id }) => groupOf(id));
  const nameWidth = Math.max(10, ...groups.map(({ id }) => id.length));
  const columnWidth = (verdict: Verdict) => verdict.length + 2;
  const width = columns.reduce((sum, verdict) => sum + columnWidth(verdict), nameWidth + timeWidth);
  const line = (name: string, cell: (verdict: Verdict) => string, time: string) =>
    `  ${padEnd(name, nameWidth)}${columns.map((verdict) => padStart(cell(verdict), columnWidth(verdict))).join('')}${padStart(time, timeWidth)}`;
  const row = (name: string, members: readonly ReportCase[]) => {
    const counts = countVerdicts(members.map(({ verdict }) => verdict));
    const ms = members.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
    const cell = (verdict: Verdict) =>
      counts[verdict] === 0 ? c.dim('·') : verdictColours(c)[verdict](String(counts[verdict]));
    return line(name, cell, c.dim(formatMs(ms)));
  };
  const rule = c.dim(`  ${'─'.repeat(width)}`);
  return [
    ...(targets.length > 1 ? [`  ${c.bold(targets[target]?.name ?? '')}`] : []),
    c.dim(line('Group', (verdict) => verdict, 'time')),
    rule,
    ...[...byGroup].map(([group, members]) => row(group, members)),
    rule,
    row(count(own.length, 'case'), own),
    '',
  ];
}

function verdictLine(report: ConformanceReport, c: Colours): string {
  const counts = countVerdicts(report.cases.map(({ verdict }) => verdict));
  const { mark, text } = headlineOf(report);
  const paint = { passed: c.green, failed: c.red, 'not-tested': c.yellow }[report.verdict];
  const tested = report.cases.length - counts['not-applicable'];
  const observed = counts.observation > 0 ? `, ${count(counts.observation, 'observation')}` : '';
  const notApplicable = counts['not-applicable'] > 0 ? `, ${counts['not-applicable']} not applicable` : '';
  return `${c.bold(paint(`${mark} ${text}`))}  ${counts.pass} of ${count(tested, 'case')} passed${observed}${notApplicable} in ${formatMs(report.run.durationMs)}`;
}

const kinds: ChangeKind[] = ['worse', 'better', 'other', 'new', 'removed'];

function comparisonLines(
  { run, targets, changes, sameCatalogue }: Comparison,
  { colours: c, verbose }: TerminalOptions,
): string[] {
  const paints: Record<ChangeKind, (text: string) => string> = {
    worse: c.red,
    better: c.green,
    other: c.yellow,
    new: c.dim,
    removed: c.dim,
  };
  const sorted = kinds.flatMap((kind) => changes.filter((change) => kindOfChange(change) === kind));
  const limit = verbose ? sorted.length : maxFindings;
  return [
    '',
    `  ${c.bold(`Changes since ${run.startedAt.slice(0, 10)}`)}  ${c.dim(`${targets.join(', ')}${sameCatalogue ? '' : ', with another catalogue'}`)}`,
    ...(changes.length === 0 ? ['  No case changed its verdict.'] : []),
    ...sorted.slice(0, limit).map((change) => {
      const kind = kindOfChange(change);
      const name = paints[kind](padEnd(kind, 8));
      return `  ${name} ${change.id}: ${change.before ?? 'absent'} → ${change.after ?? 'absent'}`;
    }),
    ...(sorted.length > limit ? [`  ... and ${sorted.length - limit} more in the report`] : []),
  ];
}
