/** Reads the file of `--expected-failures`, and applies it. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { CaseResult } from '#conformance/case-result.ts';
import type { CatalogueEntry } from '#conformance/catalogue-entry.ts';
import { applyExpectedFailures, type ExpectedFailure, parseExpectedFailures } from '#conformance/expected-failures.ts';
import { readText } from '../run/read-text.ts';

/** Expected failures on a day, which decides whether an entry has expired. */
export interface ExpectedFailuresOn {
  entries: ExpectedFailure[];
  /** YYYY-MM-DD. */
  today: string;
}

/**
 * Returns the entries of a file; undefined without a file.
 * @throws {UsageError} if the file cannot be read.
 */
export function readExpectedFailures(
  file: string | undefined,
  catalogue: readonly CatalogueEntry[],
  clock: Clock = systemClock,
): ExpectedFailuresOn | undefined {
  if (file === undefined) return undefined;
  const entries = parseExpectedFailures(readText(file), file, new Set(catalogue.map(({ id }) => id)));
  return { entries, today: new Date(clock.now()).toISOString().slice(0, 10) };
}

/** Returns the results as they count. */
export const countExpected = <R extends CaseResult>(
  results: readonly R[],
  expected: ExpectedFailuresOn | undefined,
): R[] => (expected ? applyExpectedFailures(results, expected.entries, expected.today) : [...results]);
