/** Selects requirements of a catalogue by ids, which address like paths: `pin` is a group, `pin.retries` a subject. */
import { UsageError } from '#base/errors.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';

/**
 * Returns the entries that at least one selector names, in the order of the catalogue; all without selectors.
 * @throws {UsageError} if a selector names nothing.
 */
export function selectEntries<E extends CatalogueEntry>(entries: readonly E[], selectors: readonly string[]): E[] {
  const unknown = selectors.find((selector) => !entries.some(({ id }) => isNamed(id, selector)));
  if (unknown !== undefined)
    throw new UsageError(`Unknown requirement or group ${JSON.stringify(unknown)}: --list shows all of them`);
  if (selectors.length === 0) return [...entries];
  return entries.filter(({ id }) => selectors.some((selector) => isNamed(id, selector)));
}

const isNamed = (id: string, selector: string): boolean => id === selector || id.startsWith(`${selector}.`);
