/** Draws only the rows of a long list that are in view, and a few on both sides. All rows of a list have the same height. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rows drawn above and below the visible ones: the keyboard moves into them, and a fast scroll shows no gap. */
const margin = 12;
/** Used until the first row has been drawn and measured. */
const estimatedHeight = 72;

export interface VisibleRows {
  first: number;
  /** After the last drawn row. */
  end: number;
  rowHeight: number;
}

/** Returns the rows to draw of the `count` rows of `list`, and updates them when the page scrolls or changes its size. */
export function useVisibleRows(list: RefObject<HTMLElement | null>, count: number): VisibleRows {
  const [rows, setRows] = useState<VisibleRows>({ first: 0, end: 2 * margin, rowHeight: estimatedHeight });
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const update = () => setRows((old) => keepIfEqual(old, rowsInView(element, old.rowHeight)));
    update();
    const resizes = new ResizeObserver(update);
    resizes.observe(element);
    // Either the list scrolls or the page: both are seen here, because scroll events are captured.
    document.addEventListener('scroll', update, { capture: true, passive: true });
    addEventListener('resize', update);
    // The focus has scrolled already, but its scroll event comes with the next frame: the Tab key may be faster.
    element.addEventListener('focusin', update);
    return () => {
      resizes.disconnect();
      document.removeEventListener('scroll', update, { capture: true });
      removeEventListener('resize', update);
      element.removeEventListener('focusin', update);
    };
  }, [list, count]);
  return { ...rows, first: Math.min(rows.first, count), end: Math.min(rows.end, count) };
}

function rowsInView(element: HTMLElement, knownHeight: number): VisibleRows {
  const rowHeight = element.firstElementChild?.getBoundingClientRect().height || knownHeight;
  const above = -element.getBoundingClientRect().top / rowHeight;
  const first = Math.max(0, Math.floor(above) - margin);
  return { first, end: Math.max(first, Math.ceil(above + innerHeight / rowHeight) + margin), rowHeight };
}

const keepIfEqual = (old: VisibleRows, now: VisibleRows): VisibleRows =>
  old.first === now.first && old.end === now.end && old.rowHeight === now.rowHeight ? old : now;
