/**
 * Coordinates of a case in the matrix. A run can repeat every case, e.g. on several devices or web sites. The case without its own
 * coordinates is then one more coordinate, so that the same case on each device is one row.
 */
import type { CaseResult } from '#result/run-result.ts';

/** Rows of the matrix in a run that repeats every case. */
export const caseCoordinate = 'case';

/** Coordinates of a run that repeats every case. The first one that a run has is the columns of the matrix. */
const repeatedCoordinates: readonly string[] = [
  'authenticator.device',
  'relying-party.site',
  'browser.engine',
  'browser.route',
];

/** Sorts coordinates: rows, then columns of the matrix, then all others. */
export const rankOfCoordinate = (key: string): number => {
  const rank = [caseCoordinate, ...repeatedCoordinates].indexOf(key);
  return rank === -1 ? Number.POSITIVE_INFINITY : rank;
};

/** Value of a coordinate that only other cases of the run have. Every case has a place in every matrix. */
const absent = 'none';

/**
 * Returns a function that returns the coordinates of a case of the run: its parties, and the case itself if the run repeats it. First come
 * those that tell the repetitions of a case from each other, because a list shows only the first ones.
 */
export function coordinatesIn(cases: readonly CaseResult[]): (one: CaseResult) => Record<string, string> {
  const isRepeated = repeatedCoordinates.some((key) => cases.every(({ parties }) => key in parties));
  const found = new Set(cases.flatMap(({ parties }) => Object.keys(parties)));
  const keys = [...new Set([...repeatedCoordinates.filter((key) => found.has(key)), ...found])];
  return ({ id, parties }) => ({
    ...Object.fromEntries(keys.map((key) => [key, parties[key] ?? absent])),
    ...(isRepeated && { [caseCoordinate]: id.replace(/\[.*$/s, '') }),
  });
}
