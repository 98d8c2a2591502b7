/**
 * What the profiles of all suites have in common. A version of a profile is frozen: a lock lists its entries, and entries of later
 * versions of the catalogue do not enter it. A change is a new version.
 */
import type { CatalogueEntry } from './catalogue-entry.ts';
import { failsRun, type Verdict } from './verdict.ts';

export interface ProfileVersion {
  title: string;
  version: string;
  /** The version of the catalogue whose entries it contains. */
  catalogue: string;
}

/** A profile that was not tested completely is neither passed nor failed. */
export type ProfileVerdict = 'passed' | 'failed' | 'not-tested';

/** Returns the verdict about the cases of a profile; undefined is a case that was not run. */
export function judgeCases(verdicts: readonly (Verdict | undefined)[]): ProfileVerdict {
  if (verdicts.some((verdict) => verdict === undefined)) return 'not-tested';
  return failsRun(verdicts.filter((verdict) => verdict !== undefined)) ? 'failed' : 'passed';
}

/** Returns the title for reports, e.g. `CTAP 2.1 (version 1.0)`. */
export const formatProfile = ({ title, version }: ProfileVersion): string => `${title} (version ${version})`;

/** Returns the lines of a lock for one profile: profile, version and entry. */
export const toLockLines = (id: string, { version }: ProfileVersion, entries: readonly CatalogueEntry[]): string[] =>
  entries.map((entry) => `${id}\t${version}\t${entry.id}`);

/** Returns the new text of a lock. Lines that are no longer in the profiles stay, so that a test reports them. */
export const updateProfileLock = (current: string, lines: readonly string[]): string =>
  [...new Set([...current.split('\n').filter(Boolean), ...lines])]
    .sort()
    .map((line) => `${line}\n`)
    .join('');
