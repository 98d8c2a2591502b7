/** Splits the cases of a run into parts that take about the same time. Pure, and the same in each process that has the same inputs. */
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { median } from '#result/statistics.ts';
import { groupBy } from '../group-by.ts';

/** The part of a run that a master file has. */
export type Shard = NonNullable<RunResult['run']['shard']>;

export interface ShardableCase {
  id: string;
  /** Cases of one group run in turn and stay together. */
  group: string;
}

type TimedCase = Pick<CaseResult, 'id' | 'durationMs'>;

/**
 * Returns the ids of each part. The longest groups are assigned first, each to the part with the least time so far. A case without a
 * recorded time counts as the median of the others.
 */
export function splitIntoShards(
  cases: readonly ShardableCase[],
  total: number,
  recorded: readonly TimedCase[],
): string[][] {
  const groups = [...groupBy(cases, ({ group }) => group).values()];
  const times = timesByCase(recorded);
  const usual = times.size > 0 ? median([...times.values()]) : 1;
  const weighed = groups.map((members) => ({
    ids: members.map(({ id }) => id),
    ms: members.reduce((sum, { id }) => sum + (times.get(id) ?? usual), 0),
  }));
  const parts = Array.from({ length: total }, (): { ids: string[]; ms: number } => ({ ids: [], ms: 0 }));
  for (const { ids, ms } of weighed.toSorted((a, b) => b.ms - a.ms)) {
    const shortest = parts.reduce((best, part) => (part.ms < best.ms ? part : best));
    shortest.ids.push(...ids);
    shortest.ms += ms;
  }
  return parts.map(({ ids }) => ids);
}

/** Returns the time of all repetitions of each case. */
function timesByCase(recorded: readonly TimedCase[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { id, durationMs } of recorded) times.set(baseCaseId(id), (times.get(baseCaseId(id)) ?? 0) + durationMs);
  return times;
}
