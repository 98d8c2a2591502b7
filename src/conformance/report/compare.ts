/** Compares a report with an earlier one: which cases changed their verdict, e.g. between two firmware versions of a key. */
import { caseId } from '../case-result.ts';
import type { Comparison, ConformanceReport, ReportCase, ReportChange } from './report-model.ts';

/**
 * Returns the changes in the order of the new report; cases that only the earlier report has follow. Targets belong together by their
 * names; if each report has a single target, these two are compared.
 */
export function compareReports(earlier: ConformanceReport, current: ConformanceReport): Comparison {
  const before = casesByTarget(earlier);
  const after = casesByTarget(current);
  const { id, startedAt, touchstone } = earlier.run;
  return {
    run: { id, startedAt, touchstone },
    targets: earlier.targets.map(describeTarget),
    sameCatalogue: earlier.catalogue.sha256 === current.catalogue.sha256,
    changes: pairTargets(earlier, current).flatMap(([old, now]) =>
      compareCases(before[old] ?? new Map(), after[now] ?? new Map(), current.targets[now]?.name ?? ''),
    ),
  };
}

const describeTarget = ({ name, version }: ConformanceReport['targets'][number]): string =>
  version === undefined ? name : `${name} ${version}`;

type CasesById = ReadonlyMap<string, ReportCase>;

const casesByTarget = ({ targets, cases }: ConformanceReport): CasesById[] =>
  targets.map((_, target) => new Map(cases.filter((one) => one.target === target).map((one) => [caseId(one), one])));

function pairTargets({ targets: old }: ConformanceReport, { targets: now }: ConformanceReport): [number, number][] {
  if (old.length === 1 && now.length === 1) return [[0, 0]];
  return now.flatMap(({ name }, position): [number, number][] => {
    const earlier = old.findIndex((target) => target.name === name);
    return earlier < 0 ? [] : [[earlier, position]];
  });
}

function compareCases(before: CasesById, after: CasesById, target: string): ReportChange[] {
  const changed = [...after].flatMap(([id, { verdict, message }]): ReportChange[] => {
    const old = before.get(id)?.verdict;
    if (old === verdict) return [];
    return [{ id, target, ...(old !== undefined && { before: old }), after: verdict, message }];
  });
  const removed = [...before.values()]
    .filter((one) => !after.has(caseId(one)))
    .map((one) => ({ id: caseId(one), target, before: one.verdict, message: 'The new report does not have the case' }));
  return [...changed, ...removed];
}

/** What a change means for the party under test. */
export type ChangeKind = 'worse' | 'better' | 'other' | 'new' | 'removed';

const isBad = (verdict: ReportChange['after']): boolean => verdict === 'fail' || verdict === 'inconclusive';

export function kindOfChange({ before, after }: Pick<ReportChange, 'before' | 'after'>): ChangeKind {
  if (before === undefined) return 'new';
  if (after === undefined) return 'removed';
  if (isBad(after) && !isBad(before)) return 'worse';
  return isBad(before) && !isBad(after) ? 'better' : 'other';
}
