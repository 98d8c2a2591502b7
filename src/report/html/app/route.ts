/**
 * The router and the keyboard shortcuts: the URL fragment names a view (`#/matrix`) or a case (`#<id>`). The view `cases` is the list,
 * which has no name in the fragment.
 */
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Route<View extends string> {
  view: View | 'cases';
  /** Id of the case in the fragment; undefined when it names a view. */
  current: string | undefined;
}

/** Something that the list shows. */
interface Row {
  id: string;
}

export const viewHref = (view: string): string => (view === 'cases' ? '#/' : `#/${view}`);
export const caseHref = (id: string): string => `#${encodeURIComponent(id)}`;

/** Returns the id of the case in the fragment of the address now. */
const openCase = (rows: readonly Row[]) => parseFragment(location.hash, rows, []).current;

function parseFragment<View extends string>(
  fragment: string,
  rows: readonly Row[],
  views: readonly View[],
): Route<View> {
  const view = views.find((name) => fragment === viewHref(name));
  if (view !== undefined) return { view, current: undefined };
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

/** Returns the view and the row in the address. Rows and views must be the same objects at each drawing. */
export function useRoute<View extends string>(rows: readonly Row[], views: readonly View[]): Route<View> {
  const [route, setRoute] = useState(() => parseFragment(location.hash, rows, views));
  useLayoutEffect(() => {
    const follow = () => setRoute(parseFragment(location.hash, rows, views));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [rows, views]);
  return route;
}

interface ShortcutTargets {
  rows: readonly Row[];
  open(view: 'cases'): void;
}

/**
 * `/` focuses the search field, `Escape` ends that, `j` and `k` open the next and previous case. The listener is a layout effect, because
 * keys may come before the page has been painted.
 */
export function useKeyboardShortcuts({ rows, open }: ShortcutTargets): void {
  useLayoutEffect(() => {
    const move = (by: number) => {
      const current = openCase(rows); // not from the last drawing: keys may come faster
      const at = current === undefined ? 0 : rows.findIndex(({ id }) => id === current);
      const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
      if (next) location.assign(caseHref(next.id));
    };
    const shortcuts: Partial<Record<string, () => void>> = {
      j: () => move(1),
      k: () => move(-1),
      '/': () => focusSearchField() || openSearchField(open),
    };
    const press = (event: KeyboardEvent) => {
      const field = event.target instanceof HTMLElement && event.target.closest('input, select, textarea');
      if (event.key === 'Escape' && field instanceof HTMLElement) field.blur();
      const shortcut = shortcuts[event.key];
      if (!shortcut || field || hasModifier(event)) return;
      event.preventDefault();
      shortcut();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [rows, open]);
}

const hasModifier = ({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean => ctrlKey || metaKey || altKey;

/** Focuses the search field as soon as the list is drawn, which has it. */
function openSearchField(open: ShortcutTargets['open']): void {
  addEventListener('hashchange', () => requestAnimationFrame(focusSearchField), { once: true });
  open('cases');
}

/** Focuses the search field. Returns whether the page has it now. */
function focusSearchField(): boolean {
  const field = document.getElementById('search');
  field?.focus();
  return field !== null;
}
