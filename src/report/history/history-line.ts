/** One line of the history of a project: what remains of a run when its reports are deleted. Pure. */
import type { RunResult, Verdict } from '#result/run-result.ts';
import { verdicts } from '#result/run-result.ts';
import { phaseStatistics } from '../phase-statistics.ts';

const historySchema = 'touchstone.history/1';

/** Times of a phase in milliseconds. */
export interface HistoryTimes {
  n: number;
  p50: number;
  p95: number;
}

export interface HistoryLine {
  schema: typeof historySchema;
  id: string;
  startedAt: string;
  durationMs: number;
  command: string;
  touchstone: string;
  /** Release of the product under test, e.g. `v1.4.0`. */
  release?: string;
  machine: string;
  browser?: string;
  verdict: Verdict;
  totals: Record<Verdict, number>;
  /** By the id of the phase; `machine` and `gesture` are those of the whole ceremony. */
  phases: Record<string, HistoryTimes>;
}

export function toHistoryLine({ run, verdict, totals, cases }: RunResult): HistoryLine {
  const { id, startedAt, durationMs, command, touchstone, release, browser } = run;
  const round = (ms: number) => Math.round(ms * 1000) / 1000;
  const times = phaseStatistics(cases).map(({ id: phase, n, p50, p95 }) => [
    phase,
    { n, p50: round(p50), p95: round(p95) },
  ]);
  return {
    schema: historySchema,
    id,
    startedAt,
    durationMs: Math.round(durationMs),
    command,
    touchstone,
    ...(release !== undefined && { release }),
    machine: run.machine ?? run.platform,
    ...(browser !== undefined && { browser }),
    verdict,
    totals,
    phases: Object.fromEntries(times),
  };
}

/** Returns the first reason why `value` is not a line of a history; undefined if it is one. */
export function findHistoryProblem(value: unknown): string | undefined {
  const { schema, id, startedAt, verdict, totals, phases } = (value ?? {}) as Partial<HistoryLine>;
  if (schema !== historySchema) return `expected the schema ${historySchema}`;
  if (typeof id !== 'string' || Number.isNaN(Date.parse(String(startedAt)))) return 'expected id and startedAt';
  if (!verdicts.includes(verdict as Verdict)) return `verdict: expected one of ${verdicts.join(', ')}`;
  if (!isNumbers(totals)) return 'totals: expected the number of cases by verdict';
  const hasTimes = typeof phases === 'object' && Object.values(phases).every(isNumbers);
  return hasTimes ? undefined : 'phases: expected n, p50 and p95 by phase';
}

const isNumbers = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((each) => Number.isFinite(each));
