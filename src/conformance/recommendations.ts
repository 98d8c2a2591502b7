/** How requirements of the level SHOULD count: a violation does not fail a run, unless its profile says that SHOULD counts. */
import type { CaseResult } from './case-result.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';

/** Returns the results as they count: a violated recommendation is an observation. */
export function observeRecommendations<R extends CaseResult>(
  results: readonly R[],
  entries: readonly Pick<CatalogueEntry, 'id' | 'level'>[],
): R[] {
  const recommended = new Set(entries.filter(({ level }) => level === 'SHOULD').map(({ id }) => id));
  return results.map((result) =>
    result.verdict === 'fail' && recommended.has(result.id)
      ? { ...result, verdict: 'observation', message: `Recommended, not demanded: ${result.message}` }
      : result,
  );
}
