/** Filters the list of cases. Pure. */
import type { Verdict } from '../../../verdict.ts';
import type { ReportRequirement } from '../../report-model.ts';
import type { PageRow } from '../page-index.ts';

export interface Filter {
  text: string;
  /** An empty list accepts every verdict. */
  verdicts: readonly Verdict[];
  /** By name of the choice; a missing key or `''` accepts every value. */
  choices: Readonly<Record<string, string>>;
}

export const noFilter: Filter = { text: '', verdicts: [], choices: {} };

export const isFiltering = ({ text, verdicts, choices }: Filter): boolean =>
  text.trim() !== '' || verdicts.length > 0 || Object.values(choices).some((value) => value !== '');

/** A row with the requirement that it tests. */
export interface Item extends PageRow {
  entry: ReportRequirement;
  targetName: string;
}

/** What the menus select. */
export const choices: Readonly<Record<string, (item: Item) => string | undefined>> = {
  group: ({ entry }) => entry.group,
  level: ({ entry }) => entry.level,
  severity: ({ entry }) => entry.severity,
  mistake: ({ mistake }) => mistake,
  source: ({ entry }) => entry.document,
  target: ({ targetName }) => targetName,
  change: ({ before, verdict }) => (before === undefined ? undefined : `${before} → ${verdict}`),
};

/** Returns the items that match the filter. Every word of the search text must occur somewhere in the item. */
export function filterItems(items: readonly Item[], { text, verdicts, choices: chosen }: Filter): Item[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const expected = Object.entries(chosen).filter(([, value]) => value !== '');
  return items.filter(
    (item) =>
      (verdicts.length === 0 || verdicts.includes(item.verdict)) &&
      expected.every(([name, value]) => choices[name]?.(item) === value) &&
      words.every((word) => searchableText(item).includes(word)),
  );
}

const searchableText = ({ id, message, targetName, entry }: Item): string =>
  [id, message, targetName, entry.title, entry.document, `section ${entry.section}`, entry.severity ?? '']
    .join('\n')
    .toLowerCase();
