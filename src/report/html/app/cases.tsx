/** The list of cases with its filters, and beside it the open case. */
import { useMemo } from 'preact/hooks';
import type { Verdict } from '#result/run-result.ts';
import { verdictMarks, verdictsByUrgency } from '../../format.ts';
import type { CaseDetail, CaseRow, ReportIndex } from '../view-model.ts';
import { DetailView } from './detail.tsx';
import { type Filter, isFiltering, noFilter } from './filter.ts';
import { caseHref } from './route.ts';
import { Time, VerdictMark } from './shared-components.tsx';

interface CasesProps {
  index: ReportIndex;
  rows: CaseRow[];
  filter: Filter;
  onFilter(filter: Filter): void;
  current: string | undefined;
  /** Returns the details of the case at a position in the index. */
  detail(position: number): CaseDetail;
}

export function CasesView({ index, rows, filter, onFilter, current, detail }: CasesProps) {
  const shown = index.rows.find(({ id }) => id === current) ?? rows[0];
  return (
    <div class={current === undefined ? 'cases' : 'cases chosen'}>
      <div class="side">
        <Filters index={index} filter={filter} onFilter={onFilter} found={rows.length} />
        <List rows={rows} current={shown?.id} />
      </div>
      <div class="pane" id="detail">
        {shown ? (
          <DetailView key={shown.id} row={shown} detail={detail(index.rows.indexOf(shown))} />
        ) : (
          <p class="empty">No case to show.</p>
        )}
      </div>
    </div>
  );
}

const groups: [title: string, verdicts: Verdict[]][] = [
  ['Needs attention', ['failed', 'errored', 'interrupted', 'flaky']],
  ['Passed', ['passed']],
  ['Skipped', ['skipped']],
];

function List({ rows, current }: { rows: readonly CaseRow[]; current: string | undefined }) {
  // Preact does not compare an element that is the same object again, so opening another case redraws two entries, not all.
  const closed = useMemo(() => new Map(rows.map((row) => [row, <Item key={row.id} row={row} open={false} />])), [rows]);
  if (rows.length === 0) return <p class="empty">No case matches these filters.</p>;
  return (
    <nav class="list" aria-label="Cases">
      {groups.map(([title, verdicts]) => {
        const members = rows.filter(({ verdict }) => verdicts.includes(verdict));
        if (members.length === 0) return null;
        return (
          <section key={title}>
            <h2>
              {title} <span>{members.length}</span>
            </h2>
            <ul>
              {members.map((row) =>
                row.id === current ? <Item key={row.id} row={row} open={true} /> : closed.get(row),
              )}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

function Item({ row, open }: { row: CaseRow; open: boolean }) {
  const { id, title, verdict, parties, problem, durationMs, remote } = row;
  return (
    <li>
      <a href={caseHref(id)} aria-current={open ? 'true' : undefined}>
        <VerdictMark verdict={verdict} />
        <span class="title">{title}</span>
        <span class="time">{verdict !== 'skipped' && <Time ms={durationMs} remote={remote} />}</span>
        {problem && verdict !== 'passed' && <span class={`problem v-${verdict}`}>{problem}</span>}
        <span class="meta">{Object.values(parties).join(' · ')}</span>
      </a>
    </li>
  );
}

function Filters({
  index,
  filter,
  onFilter,
  found,
}: {
  index: ReportIndex;
  filter: Filter;
  onFilter(filter: Filter): void;
  found: number;
}) {
  const toggle = (verdict: Verdict) => {
    const on = filter.verdicts.includes(verdict);
    onFilter({
      ...filter,
      verdicts: on ? filter.verdicts.filter((other) => other !== verdict) : [...filter.verdicts, verdict],
    });
  };
  return (
    <search class="filters">
      <input
        id="search"
        type="search"
        placeholder="Search title, id, message, tag"
        aria-label="Search cases"
        value={filter.text}
        onInput={({ currentTarget }) => onFilter({ ...filter, text: currentTarget.value })}
      />
      <fieldset class="chips">
        <legend class="visually-hidden">Verdict</legend>
        {verdictsByUrgency
          .filter((verdict) => index.totals[verdict] > 0)
          .map((verdict) => (
            <button
              key={verdict}
              type="button"
              class={`v-${verdict}`}
              aria-pressed={filter.verdicts.includes(verdict)}
              onClick={() => toggle(verdict)}
            >
              <span aria-hidden="true">{verdictMarks[verdict]}</span> {verdict} <b>{index.totals[verdict]}</b>
            </button>
          ))}
      </fieldset>
      <div class="selects">
        {index.coordinates.map(({ key, values }) => (
          <Choice
            key={key}
            label={key}
            values={values}
            value={filter.coordinates[key] ?? ''}
            onChange={(value) => onFilter({ ...filter, coordinates: { ...filter.coordinates, [key]: value } })}
          />
        ))}
        {index.tags.length > 0 && (
          <Choice label="tag" values={index.tags} value={filter.tag} onChange={(tag) => onFilter({ ...filter, tag })} />
        )}
      </div>
      <p class="found" role="status">
        {isFiltering(filter) && (
          <>
            {found} of {index.rows.length} cases{' '}
            <button type="button" onClick={() => onFilter(noFilter)}>
              Clear filters
            </button>
          </>
        )}
      </p>
    </search>
  );
}

function Choice({
  label,
  values,
  value,
  onChange,
}: {
  label: string;
  values: readonly string[];
  value: string;
  onChange(value: string): void;
}) {
  return (
    <label class={value === '' ? 'choice' : 'choice on'}>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">any</option>
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}
