/** Filters the list of cases. Pure. */
import type { Verdict } from '#result/run-result.ts';
import type { CaseRow } from '../report-index.ts';

export interface Filter {
  text: string;
  /** An empty list accepts every verdict. */
  verdicts: readonly Verdict[];
  /** `''` accepts every tag. */
  tag: string;
  /** Expected value by coordinate; a missing key or `''` accepts every value. */
  coordinates: Record<string, string>;
}

export const noFilter: Filter = { text: '', verdicts: [], tag: '', coordinates: {} };

export const isFiltering = ({ text, verdicts, tag, coordinates }: Filter): boolean =>
  text.trim() !== '' || verdicts.length > 0 || tag !== '' || Object.values(coordinates).some((value) => value !== '');

/** Returns the cases that match the filter. Every word of the search text must occur somewhere in the case. */
export function filterRows(rows: readonly CaseRow[], { text, verdicts, tag, coordinates }: Filter): CaseRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const expected = Object.entries(coordinates).filter(([, value]) => value !== '');
  return rows.filter(
    (row) =>
      (verdicts.length === 0 || verdicts.includes(row.verdict)) &&
      (tag === '' || row.tags.includes(tag)) &&
      expected.every(([key, value]) => row.parties[key] === value) &&
      words.every((word) => searchableText(row).includes(word)),
  );
}

const searchableTexts = new WeakMap<CaseRow, string>();
function searchableText(row: CaseRow): string {
  const known = searchableTexts.get(row);
  if (known !== undefined) return known;
  const text = [row.id, row.title, row.problem ?? '', row.file, ...row.tags, ...Object.values(row.parties)]
    .join('\n')
    .toLowerCase();
  searchableTexts.set(row, text);
  return text;
}
