/** Reads the file of `--expected-failures`, and applies it. */
import { readFileSync } from 'node:fs';
import { type Clock, systemClock } from '#base/clock.ts';
import { messageOf, UsageError } from '#base/errors.ts';
import type { CaseResult } from '#conformance/case-result.ts';
import type { CatalogueEntry } from '#conformance/catalogue-entry.ts';
import { applyExpectedFailures, parseExpectedFailures } from '#conformance/expected-failures.ts';

/**
 * Returns a function that gives results as they count; without a file as they are.
 * @throws {UsageError} if the file cannot be read.
 */
export function readExpectedFailures(
  file: string | undefined,
  catalogue: readonly CatalogueEntry[],
  clock: Clock = systemClock,
): <R extends CaseResult>(results: readonly R[]) => R[] {
  if (file === undefined) return (results) => [...results];
  const expected = parseExpectedFailures(readText(file), file, new Set(catalogue.map(({ id }) => id)));
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  return (results) => applyExpectedFailures(results, expected, today);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
