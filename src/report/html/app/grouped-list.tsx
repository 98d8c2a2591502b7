/** A list of cases in groups. Only the rows in view are in the page, so that a run of thousands of cases opens as fast as a small one. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { caseHref } from './route.ts';
import { useVisibleRows } from './visible-rows.ts';

interface RowGroup<Row> {
  title: string;
  rows: readonly Row[];
  /** Whether at least one row has a line about its problem, so that all rows of the group are higher. */
  withProblems: boolean;
}

export interface ListState {
  /** Id of the case whose details are shown. */
  shown: string | undefined;
  /** Whether the user chose this case, so that the list scrolls to it. */
  chosen: boolean;
  /** Whether all rows are drawn, for paper. */
  complete: boolean;
}

interface GroupedListProps<Row> extends ListState {
  groups: readonly RowGroup<Row>[];
  /** Returns the content of the link of a row. */
  draw(row: Row): ComponentChildren;
}

export function GroupedList<Row extends { id: string }>({ groups, ...rest }: GroupedListProps<Row>) {
  const filled = groups.filter(({ rows }) => rows.length > 0);
  if (filled.length === 0) return <p class="empty">No case matches these filters.</p>;
  return (
    <nav class="list" aria-label="Cases">
      {filled.map((group) => (
        <Group key={group.title} group={group} {...rest} />
      ))}
    </nav>
  );
}

interface GroupProps<Row> extends Omit<GroupedListProps<Row>, 'groups'> {
  group: RowGroup<Row>;
}

function Group<Row extends { id: string }>({ group, shown, chosen, complete, draw }: GroupProps<Row>) {
  const { title, rows, withProblems } = group;
  const list = useRef<HTMLUListElement>(null);
  const visible = useVisibleRows(list, rows.length);
  const { first, end } = complete ? { first: 0, end: rows.length } : visible;
  const height = (count: number) => `${count * visible.rowHeight}px`;
  const open = rows.findIndex(({ id }) => id === shown);
  return (
    <section class={withProblems ? 'with-problems' : undefined}>
      <h2>
        {title} <span>{rows.length}</span>
      </h2>
      <div class="rows">
        <ul ref={list} style={{ paddingTop: height(first), paddingBottom: height(rows.length - end) }}>
          {rows.slice(first, end).map((row, n) => (
            <li key={row.id} aria-setsize={rows.length} aria-posinset={first + n + 1}>
              <a href={caseHref(row.id)} aria-current={row.id === shown ? 'true' : undefined}>
                {draw(row)}
              </a>
            </li>
          ))}
        </ul>
        {chosen && open >= 0 && <OpenRow key={shown} top={height(open)} height={height(1)} />}
      </div>
    </section>
  );
}

/** Marks the place of the open case, which may be out of view and then not in the page, and scrolls there when a case is opened. */
function OpenRow({ top, height }: { top: string; height: string }) {
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), [height]);
  return <i class="open-row" ref={place} aria-hidden="true" style={{ top, height }} />;
}
