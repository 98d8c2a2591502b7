/** Compares the content of a bundle with a new run of the same cases. */
import { caseId } from '../case-result.ts';
import type { ConformanceReport } from '../report/report-model.ts';
import { type BundledReport, type BundleInput, type Transcript, toTranscripts } from './contents.ts';

export interface ReplayedContents {
  report: BundledReport;
  transcripts: readonly Transcript[];
}

/** This many differences are reported. */
const maxDifferences = 20;

/** Returns the differences. Messages are compared where every byte is reproducible: on emulated authenticators. */
export function compareReplay(
  { report, transcripts }: ReplayedContents,
  again: ConformanceReport,
  { target }: BundleInput,
): string[] {
  const differences = [
    ...compareVerdicts(report, again),
    ...(target.kind === 'persona' ? compareTranscripts(transcripts, toTranscripts(again)) : []),
  ];
  const hidden = differences.length - maxDifferences;
  return hidden > 0 ? [...differences.slice(0, maxDifferences), `and ${hidden} more differences`] : differences;
}

function compareVerdicts({ cases }: BundledReport, again: ConformanceReport): string[] {
  const now = new Map(again.cases.map((one) => [caseId(one), one]));
  const before = new Set(cases.map(caseId));
  return [
    ...cases.flatMap((one) => {
      const id = caseId(one);
      const found = now.get(id);
      if (!found) return [`${id}: the replay does not have the case`];
      return found.verdict === one.verdict
        ? []
        : [
            `${id}: the verdict is ${one.verdict} in the bundle, but ${found.verdict} in the replay${found.message && ` (${found.message})`}`,
          ];
    }),
    ...again.cases
      .filter((one) => !before.has(caseId(one)))
      .map((one) => `${caseId(one)}: the bundle does not have the case`),
  ];
}

function compareTranscripts(recorded: readonly Transcript[], again: readonly Transcript[]): string[] {
  const now = new Map(again.map((one) => [one.case, one]));
  return recorded.flatMap(({ case: id, exchanges }) => {
    const found = now.get(id)?.exchanges ?? [];
    const at = exchanges.findIndex((exchange, index) => JSON.stringify(exchange) !== JSON.stringify(found[index]));
    if (at >= 0) return [`${id}: message ${at + 1} differs from the replay`];
    return found.length === exchanges.length
      ? []
      : [`${id}: the bundle has ${exchanges.length} messages, the replay ${found.length}`];
  });
}
