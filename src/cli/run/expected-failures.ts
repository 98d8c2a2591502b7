/** Reads the file of `touchstone run --expected-failures`. */
import { Option } from 'commander';
import { type Clock, systemClock } from '#base/clock.ts';
import { parseExpectedFailures } from '#conformance/expected-failures.ts';
import { type ExpectedFailures, idsOfEntries } from '#report/expected-failures.ts';
import { readText } from './read-text.ts';

export const expectedFailuresOption = (): Option =>
  new Option('--expected-failures <file>', 'YAML file of known failures, which do not fail the run until they expire');

/**
 * Returns the entries of a file, each for a case or a scenario of `cases`, and the day that decides which have expired.
 * @throws {UsageError} if the file cannot be read, or has an entry for a case that does not exist.
 */
export function readExpectedFailures(
  file: string | undefined,
  cases: readonly { id: string }[],
  clock: Clock = systemClock,
): ExpectedFailures | undefined {
  if (file === undefined) return undefined;
  const known = new Set(cases.flatMap(({ id }) => idsOfEntries(id)));
  const entries = parseExpectedFailures(readText(file), file, known, 'case or scenario');
  return { entries, today: new Date(clock.now()).toISOString().slice(0, 10) };
}
