/** The index of the HTML report: the run, one row for each case, and what the filters, the matrix and the timings need. */
import type { BudgetResult } from '#result/budget.ts';
import type { CaseResult, Failure, RunResult, Verdict } from '#result/run-result.ts';
import { isRemote } from '#result/transcript.ts';
import { leadingFailure, summaryLine, verdictsByUrgency } from '../format.ts';
import { describeExcludedCases, type PhaseStatistics, phaseStatistics } from '../phase-statistics.ts';
import { caseCoordinate, coordinatesIn } from './matrix-coordinates.ts';
import { roundMs } from './round-ms.ts';

/** One entry of the list of cases. */
export interface CaseRow {
  id: string;
  title: string;
  verdict: Verdict;
  tags: string[];
  parties: Record<string, string>;
  file: string;
  durationMs: number;
  machineMs: number;
  gestureMs: number;
  attempts: number;
  /** Whether the key was on another machine, so that the times include the network. */
  remote: boolean;
  /** The leading failure on one line. */
  problem?: string;
  /** Which of several runs of the same case this is, e.g. `repetition 2`. */
  repetition?: string;
  /** Position of the details of this case among those of all cases. */
  position: number;
}

/** Larger samples are reduced: a strip of dots cannot show more. */
const maxDots = 200;

export interface ReportIndex {
  run: RunResult['run'];
  verdict: Verdict;
  totals: RunResult['totals'];
  errors: Failure[];
  /** Number of cases without a result, because the run was killed. */
  missingCases: number;
  /** Sorted by urgency of the verdict, then in the order of the run. */
  rows: CaseRow[];
  phases: PhaseStatistics[];
  budgets: BudgetResult[];
  /** A sentence about the timed cases that are not in `phases`; `''` if there are none. */
  excludedCases: string;
  /** The values of each coordinate in order of first use. A key with one value only is omitted, except the case itself. */
  coordinates: { key: string; values: string[] }[];
  tags: string[];
}

/** Returns the index; `positions` are those of the details, by case. */
export function toReportIndex(result: RunResult, positions: ReadonlyMap<CaseResult, number>): ReportIndex {
  const { run, verdict, totals, errors = [], budgets = [], cases, missingCases = 0 } = result;
  const coordinatesOf = coordinatesIn(cases);
  return {
    run,
    verdict,
    totals,
    errors,
    missingCases,
    rows: sortByUrgency(cases).map((item) => toCaseRow(item, coordinatesOf(item), positions.get(item) ?? 0)),
    phases: phaseStatistics(cases).map((statistics) => ({ ...statistics, sample: reduceSample(statistics.sample) })),
    budgets,
    excludedCases: describeExcludedCases(cases),
    coordinates: collectCoordinates(cases, coordinatesOf),
    tags: [...new Set(cases.flatMap(({ tags }) => tags))].toSorted(),
  };
}

const sortByUrgency = (cases: readonly CaseResult[]): CaseResult[] =>
  cases.toSorted((a, b) => verdictsByUrgency.indexOf(a.verdict) - verdictsByUrgency.indexOf(b.verdict));

function toCaseRow(result: CaseResult, parties: Record<string, string>, position: number): CaseRow {
  const { id, title, verdict, tags, location, attempts, failures, notes, wire } = result;
  const repetition = describeRepetition(result);
  const problem = summaryLine(leadingFailure({ failures })?.message ?? notes?.[0] ?? '');
  return {
    id,
    title,
    verdict,
    tags,
    parties,
    file: location.file,
    durationMs: roundMs(result.durationMs),
    machineMs: roundMs(result.machineMs),
    gestureMs: roundMs(result.gestureMs),
    attempts,
    remote: isRemote(wire),
    ...(problem && { problem }),
    ...(repetition && { repetition }),
    position,
  };
}

function describeRepetition({ id, measurement }: CaseResult): string {
  const number = /#(\d+)$/.exec(id)?.[1];
  const role = measurement?.role === 'value' ? undefined : measurement?.role;
  return [role, number && `repetition ${number}`].filter(Boolean).join(' · ');
}

/** A skipped case without parties is in the matrix, but adds no coordinate to it. */
function collectCoordinates(
  cases: readonly CaseResult[],
  coordinatesOf: (one: CaseResult) => Record<string, string>,
): ReportIndex['coordinates'] {
  const hasRun = ({ verdict, parties }: CaseResult) => verdict !== 'skipped' || Object.keys(parties).length > 0;
  const different = valuesOf(cases.filter(hasRun).map(coordinatesOf));
  return [...valuesOf(cases.map(coordinatesOf))]
    .filter(([key]) => (different.get(key)?.size ?? 0) > 1 || key === caseCoordinate)
    .map(([key, found]) => ({ key, values: [...found] }));
}

function valuesOf(coordinatesOfCases: readonly Record<string, string>[]): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  for (const [key, value] of coordinatesOfCases.flatMap((coordinates) => Object.entries(coordinates)))
    values.set(key, (values.get(key) ?? new Set()).add(value));
  return values;
}

/** Returns at most `maxDots` values, spread evenly over the sample. */
function reduceSample(sample: readonly number[]): number[] {
  const step = Math.max(1, sample.length / maxDots);
  return sample.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)).map(roundMs);
}
