/** The list of cases in groups. Only the rows in view are in the page, so that a run of thousands of cases opens as fast as a small one. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Verdict } from '#result/run-result.ts';
import type { CaseRow } from '../report-index.ts';
import { caseHref } from './route.ts';
import { Time, VerdictMark } from './shared-components.tsx';
import { useVisibleRows } from './visible-rows.ts';

const groups: [title: string, verdicts: Verdict[]][] = [
  ['Needs attention', ['failed', 'errored', 'interrupted', 'flaky']],
  ['Passed', ['passed']],
  ['Skipped', ['skipped']],
];

interface CaseListProps {
  rows: readonly CaseRow[];
  /** Id of the case whose details are shown. */
  shown: string | undefined;
  /** Whether the user chose this case, so that the list scrolls to it. */
  chosen: boolean;
  /** Whether all rows are drawn, for paper. */
  complete: boolean;
}

export function CaseList({ rows, ...rest }: CaseListProps) {
  if (rows.length === 0) return <p class="empty">No case matches these filters.</p>;
  return (
    <nav class="list" aria-label="Cases">
      {groups.map(([title, verdicts]) => {
        const members = rows.filter(({ verdict }) => verdicts.includes(verdict));
        return members.length > 0 && <Group key={title} title={title} rows={members} {...rest} />;
      })}
    </nav>
  );
}

function Group({ title, rows, shown, chosen, complete }: CaseListProps & { title: string }) {
  const list = useRef<HTMLUListElement>(null);
  const visible = useVisibleRows(list, rows.length);
  const { first, end } = complete ? { first: 0, end: rows.length } : visible;
  const height = (count: number) => `${count * visible.rowHeight}px`;
  const open = rows.findIndex(({ id }) => id === shown);
  return (
    <section class={rows.some(({ problem, verdict }) => problem && verdict !== 'passed') ? 'with-problems' : undefined}>
      <h2>
        {title} <span>{rows.length}</span>
      </h2>
      <div class="rows">
        <ul ref={list} style={{ paddingTop: height(first), paddingBottom: height(rows.length - end) }}>
          {rows.slice(first, end).map((row, n) => (
            <li key={row.id} aria-setsize={rows.length} aria-posinset={first + n + 1}>
              <Item row={row} open={row.id === shown} />
            </li>
          ))}
        </ul>
        {chosen && open >= 0 && <OpenRow key={shown} top={height(open)} height={height(1)} />}
      </div>
    </section>
  );
}

function Item({ row, open }: { row: CaseRow; open: boolean }) {
  const { id, title, verdict, parties, problem, durationMs, remote } = row;
  return (
    <a href={caseHref(id)} aria-current={open ? 'true' : undefined}>
      <VerdictMark verdict={verdict} />
      <span class="title">{title}</span>
      <span class="time">{verdict !== 'skipped' && <Time ms={durationMs} remote={remote} />}</span>
      {problem && verdict !== 'passed' && <span class={`problem v-${verdict}`}>{problem}</span>}
      <span class="meta">{Object.values(parties).join(' · ')}</span>
    </a>
  );
}

/** Marks the place of the open case, which may be out of view and then not in the page, and scrolls there when a case is opened. */
function OpenRow({ top, height }: { top: string; height: string }) {
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), [height]);
  return <i class="open-row" ref={place} aria-hidden="true" style={{ top, height }} />;
}
