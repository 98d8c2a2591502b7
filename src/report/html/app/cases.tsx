/** The list of cases with its filters, and beside it the open case. */
import { useMemo } from 'preact/hooks';
import type { Verdict } from '#result/run-result.ts';
import { verdictMarks, verdictsByUrgency } from '../../format.ts';
import type { CaseDetail } from '../case-detail.ts';
import type { CaseDetails } from '../read-embedded-data.ts';
import type { CaseRow, ReportIndex } from '../report-index.ts';
import { CaseList } from './case-list.tsx';
import { DetailView } from './detail.tsx';
import { type Filter, isFiltering, noFilter } from './filter.ts';
import { Choice } from './shared-components.tsx';

interface CasesProps {
  index: ReportIndex;
  rows: CaseRow[];
  filter: Filter;
  onFilter(filter: Filter): void;
  current: string | undefined;
  details: CaseDetails;
  printing: boolean;
}

export function CasesView({ index, rows, filter, onFilter, current, details, printing }: CasesProps) {
  const shown = index.rows.find(({ id }) => id === current) ?? rows[0];
  return (
    <div class={current === undefined ? 'cases' : 'cases chosen'}>
      <div class="side">
        <Filters index={index} filter={filter} onFilter={onFilter} found={rows.length} />
        <CaseList rows={rows} shown={shown?.id} chosen={current !== undefined} complete={printing} />
      </div>
      <div class="pane" id="detail">
        {shown ? <Detail row={shown} details={details} /> : <p class="empty">No case to show.</p>}
      </div>
    </div>
  );
}

function Detail({ row, details }: { row: CaseRow; details: CaseDetails }) {
  const result = useMemo(() => readDetail(row, details), [row, details]);
  if (result instanceof Error) return <p class="empty">The details of this case cannot be read. {result.message}</p>;
  return <DetailView key={row.id} row={row} detail={result} />;
}

function readDetail(row: CaseRow, details: CaseDetails): CaseDetail | Error {
  try {
    return details.read(row);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The case ids of a run on several devices are too many for a menu; the search field finds them. */
const isSelectable = ({ values }: ReportIndex['coordinates'][number]): boolean => values.length <= 100;

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
        {index.coordinates.filter(isSelectable).map(({ key, values }) => (
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
