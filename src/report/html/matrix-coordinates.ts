/**
 * Coordinates of a case in the matrix. A run can repeat every case, e.g. on several devices or web sites. Its id without the coordinates
 * is then a further coordinate `case`, so that the results of one case on all devices are in one row.
 */
import type { CaseResult } from '#result/run-result.ts';

/** Rows of the matrix in a run that repeats every case. */
export const caseCoordinate = 'case';

/** Coordinates of a run that repeats every case. The first of them that the run has is shown as columns of the matrix. */
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

/** Value of a coordinate that a case does not have but others do: every case has a cell in every matrix. */
export const absent = 'none';

/**
 * Returns a function that returns the coordinates of a case of the run: its parties, and the case itself if the run repeats it. Coordinates
 * that differ between repetitions of a case come first, because a list shows only the first ones.
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
