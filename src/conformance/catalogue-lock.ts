/**
 * The lock of a catalogue: id, version and title of every requirement that was ever published, one per line. Reports of different
 * versions can be compared only if ids neither disappear nor change their meaning.
 */
import type { CatalogueEntry } from './catalogue-entry.ts';

/** Returns the new text of the lock file. Lines of ids that are no longer in the catalogue stay, so that a test reports them. */
export function updateCatalogueLock(current: string, entries: readonly CatalogueEntry[]): string {
  const lines = new Map(
    current
      .split('\n')
      .filter(Boolean)
      .map((line) => [parseLine(line)[0], line]),
  );
  for (const { id, since, title } of entries) lines.set(id, `${id}\t${since}\t${title}`);
  return [...lines.values()]
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * Returns what differs between the lock and the catalogue, empty if nothing does. `removed` are the ids that the changelog of the
 * catalogue names as removed.
 */
export function findLockProblems(
  lock: string,
  entries: readonly CatalogueEntry[],
  removed: readonly string[] = [],
): string[] {
  const locked = new Map(lock.split('\n').filter(Boolean).map(parseLine));
  const current = new Map(entries.map((entry) => [entry.id, entry]));
  const missing = [...locked.keys()].filter((id) => !current.has(id) && !removed.includes(id));
  const reused = removed.filter((id) => current.has(id));
  const added = [...current.keys()].filter((id) => !locked.has(id));
  const changed = [...current.values()].filter(({ id, since }) => locked.has(id) && locked.get(id)?.since !== since);
  return [
    ...missing.map((id) => `${id} is in the lock, but not in the catalogue: add it to the removed ids`),
    ...reused.map((id) => `${id} was removed and must not be used again`),
    ...added.map((id) => `${id} is not in the lock: run "npm run generate"`),
    ...changed.map(({ id, since }) => `${id} is in the catalogue since ${locked.get(id)?.since}, not ${since}`),
  ];
}

function parseLine(line: string): [id: string, locked: { since: string }] {
  const [id = '', since = ''] = line.split('\t');
  return [id, { since }];
}
