/** Which cases the list shows. Pure. */
import type { Verdict } from '#result/run-result.ts';
import type { CaseRow } from '../view-model.ts';

export interface Filter {
  text: string;
  /** Empty: every verdict. */
  verdicts: readonly Verdict[];
  /** `''`: every tag. */
  tag: string;
  /** Wanted value by coordinate; a key that is missing or `''` does not matter. */
  coordinates: Record<string, string>;
}

export const noFilter: Filter = { text: '', verdicts: [], tag: '', coordinates: {} };

export const isFiltering = ({ text, verdicts, tag, coordinates }: Filter): boolean =>
  text.trim() !== '' || verdicts.length > 0 || tag !== '' || Object.values(coordinates).some((value) => value !== '');

/** Every word of the search must occur somewhere in the case. */
export function matching(rows: readonly CaseRow[], { text, verdicts, tag, coordinates }: Filter): CaseRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = Object.entries(coordinates).filter(([, value]) => value !== '');
  return rows.filter(
    (row) =>
      (verdicts.length === 0 || verdicts.includes(row.verdict)) &&
      (tag === '' || row.tags.includes(tag)) &&
      wanted.every(([key, value]) => row.parties[key] === value) &&
      words.every((word) => haystack(row).includes(word)),
  );
}

const haystacks = new WeakMap<CaseRow, string>();
function haystack(row: CaseRow): string {
  const known = haystacks.get(row);
  if (known !== undefined) return known;
  const text = [row.id, row.title, row.problem ?? '', row.file, ...row.tags, ...Object.values(row.parties)]
    .join('\n')
    .toLowerCase();
  haystacks.set(row, text);
  return text;
}
