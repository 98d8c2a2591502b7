/** The router and the keyboard shortcuts: the URL fragment names a view (`#/matrix`) or a case (`#<id>`). */
import { useEffect, useState } from 'preact/hooks';
import type { CaseRow } from '../report-index.ts';

export type View = 'cases' | 'matrix' | 'timings';

export interface Route {
  view: View;
  /** Id of the case in the fragment; undefined when it names a view. */
  current: string | undefined;
}

export const viewHref = (view: View): string => (view === 'cases' ? '#/' : `#/${view}`);
export const caseHref = (id: string): string => `#${encodeURIComponent(id)}`;

/** Returns the id of the case in the fragment of the address now. */
const openCase = (rows: readonly CaseRow[]) => parseFragment(location.hash, rows).current;

function parseFragment(fragment: string, rows: readonly CaseRow[]): Route {
  if (fragment === '#/matrix') return { view: 'matrix', current: undefined };
  if (fragment === '#/timings') return { view: 'timings', current: undefined };
  const id = decodeFragment(fragment.slice(1));
  return { view: 'cases', current: rows.some((row) => row.id === id) ? id : undefined };
}

function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function useRoute(rows: readonly CaseRow[]): Route {
  const [route, setRoute] = useState(() => parseFragment(location.hash, rows));
  useEffect(() => {
    const follow = () => setRoute(parseFragment(location.hash, rows));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [rows]);
  return route;
}

interface ShortcutTargets {
  rows: readonly CaseRow[];
  open(view: View): void;
}

/** `/` focuses the search field, `Escape` leaves it, `j` and `k` open the next and previous case. */
export function useKeyboardShortcuts({ rows, open }: ShortcutTargets): void {
  useEffect(() => {
    const move = (by: number) => {
      const current = openCase(rows); // not from the last drawing: keys may come faster
      const at = current === undefined ? 0 : rows.findIndex(({ id }) => id === current);
      const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
      if (next) location.assign(caseHref(next.id));
    };
    const press = (event: KeyboardEvent) => {
      const field = event.target instanceof HTMLElement && event.target.closest('input, select, textarea');
      if (event.key === 'Escape' && field instanceof HTMLElement) field.blur();
      if (field || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'j') move(1);
      if (event.key === 'k') move(-1);
      if (event.key === '/') {
        event.preventDefault();
        open('cases');
        requestAnimationFrame(() => document.getElementById('search')?.focus());
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [rows, open]);
}
