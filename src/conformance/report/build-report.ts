/** Builds the master file of a conformance run from the catalogue and the results. */
import { toHex } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { CaseResult } from '../case-result.ts';
import { type CatalogueEntry, groupOf } from '../catalogue-entry.ts';
import { overallVerdict } from '../verdict.ts';
import type { ConformanceReport, ReportRequirement, ReportTarget } from './report-model.ts';

/** The results of one target. */
export interface TargetResults {
  target: ReportTarget;
  results: readonly (CaseResult & { mistake?: string | undefined })[];
}

export interface Catalogue {
  entries: readonly CatalogueEntry[];
  /** The ids of all cases. */
  caseIds: readonly string[];
}

export interface ReportParts extends Pick<ConformanceReport, 'suite' | 'run' | 'profiles'> {
  /** The whole catalogue, which the hash identifies. */
  catalogue: Catalogue;
  /** The requirements that were selected. */
  requirements: readonly ReportRequirement[];
  groupTitles: Readonly<Record<string, string>>;
  targets: readonly TargetResults[];
}

export function buildReport(parts: ReportParts): ConformanceReport {
  const { suite, run, catalogue, requirements, groupTitles, targets, profiles } = parts;
  const cases = targets.flatMap(({ results }, target) => results.map((result) => ({ target, ...toCase(result) })));
  const groups = [...new Set(requirements.map(({ group }) => group))];
  return {
    format: 'touchstone-conformance',
    version: 1,
    suite,
    verdict: overallVerdict(cases.map(({ verdict }) => verdict)),
    run,
    catalogue: {
      sha256: hashCatalogue(catalogue),
      requirements: catalogue.entries.length,
      cases: catalogue.caseIds.length,
    },
    targets: targets.map(({ target }) => target),
    groups: groups.map((id) => ({ id, title: groupTitles[id] ?? id })),
    requirements: [...requirements],
    profiles,
    cases,
  };
}

/** Returns the members that requirements of every catalogue have; the suites add their own. */
export const toReportRequirement = (entry: CatalogueEntry): ReportRequirement => ({
  id: entry.id,
  title: entry.title,
  group: groupOf(entry.id),
  ...entry.specification,
  level: entry.level,
  since: entry.since,
  provenBy: [...entry.provenBy],
});

/** Returns SHA-256, hex, of what is published about requirements and cases: equal hashes mean the same catalogue. */
export const hashCatalogue = ({ entries, caseIds }: Catalogue): string =>
  toHex(sha256(JSON.stringify([entries.map(toReportRequirement), caseIds])));

function toCase({
  id,
  variant,
  verdict,
  message,
  evidence,
  exchanges,
  durationMs,
  mistake,
}: TargetResults['results'][number]) {
  return {
    id,
    ...(variant !== undefined && { variant }),
    verdict,
    message,
    evidence: [...evidence],
    ...(exchanges && exchanges.length > 0 && { exchanges: [...exchanges] }),
    ...(durationMs !== undefined && { durationMs }),
    ...(mistake !== undefined && { mistake }),
  };
}
