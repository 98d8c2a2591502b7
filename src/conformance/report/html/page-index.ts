/** What the page needs at once: everything but the messages of the cases. Runs in Node; the page gets the result. */
import { groupBy } from '#report/group-by.ts';
import { caseId } from '../../case-result.ts';
import { groupOf } from '../../catalogue-entry.ts';
import { countVerdicts, type Verdict } from '../../verdict.ts';
import { type CommandTimes, commandTimes, countTouches } from '../command-times.ts';
import type { ConformanceReport, ReportCase } from '../report-model.ts';

/** One line of the list: a case, on one target. */
export interface PageRow {
  /** The id of the case; with several targets followed by ` on ` and the target. */
  id: string;
  requirement: string;
  variant: string | undefined;
  target: number;
  verdict: Verdict;
  message: string;
  mistake: string | undefined;
  durationMs: number | undefined;
  /** Position of the details. */
  position: number;
  /** The verdict in the earlier report, if it was another one. */
  before: Verdict | undefined;
}

export type VerdictCounts = Record<Verdict, number>;

export interface PageGroup {
  id: string;
  title: string;
  requirements: number;
  /** For each target. */
  counts: VerdictCounts[];
}

export interface PageIndex extends Omit<ConformanceReport, 'cases'> {
  rows: PageRow[];
  counts: VerdictCounts;
  groupCounts: PageGroup[];
  /** How often each mistake was made, for each target; for relying parties. */
  mistakes: Record<string, number>[];
  times: CommandTimes[];
  touches: number;
  /** Messages that were sent to authenticators. */
  exchanges: number;
}

export function toPageIndex(report: ConformanceReport): PageIndex {
  const { cases, ...rest } = report;
  return {
    ...rest,
    rows: toRows(report),
    counts: countVerdicts(cases.map(({ verdict }) => verdict)),
    groupCounts: countGroups(report),
    mistakes: report.targets.map((_, target) => countMistakes(cases.filter((one) => one.target === target))),
    times: commandTimes(cases),
    touches: countTouches(cases),
    exchanges: cases.reduce((sum, { exchanges = [] }) => sum + exchanges.length, 0),
  };
}

function toRows({ cases, targets, comparison }: ConformanceReport): PageRow[] {
  const before = new Map(comparison?.changes.map((change) => [`${change.id} on ${change.target}`, change.before]));
  return cases.map((one, position) => {
    const name = targets[one.target]?.name ?? '';
    const id = caseId(one);
    return {
      id: targets.length > 1 ? `${id} on ${name}` : id,
      requirement: one.id,
      variant: one.variant,
      target: one.target,
      verdict: one.verdict,
      message: one.message,
      mistake: one.mistake,
      durationMs: one.durationMs,
      position,
      before: before.get(`${id} on ${name}`),
    };
  });
}

function countGroups({ groups, cases, targets, requirements }: ConformanceReport): PageGroup[] {
  const byGroup = groupBy(cases, ({ id, target }) => `${groupOf(id)} ${target}`);
  return groups.map(({ id, title }) => ({
    id,
    title,
    requirements: requirements.filter(({ group }) => group === id).length,
    counts: targets.map((_, target) =>
      countVerdicts((byGroup.get(`${id} ${target}`) ?? []).map(({ verdict }) => verdict)),
    ),
  }));
}

function countMistakes(cases: readonly ReportCase[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { mistake } of cases) if (mistake !== undefined) counts[mistake] = (counts[mistake] ?? 0) + 1;
  return counts;
}
