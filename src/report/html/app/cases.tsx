/** The list of cases with its filters, and beside it the open case. */
import { useMemo } from 'preact/hooks';
import { verdictMarks, verdictsByUrgency } from '../../format.ts';
import type { CaseDetail } from '../case-detail.ts';
import type { CaseDetails } from '../read-embedded-data.ts';
import type { CaseRow, ReportIndex } from '../report-index.ts';
import { CaseList } from './case-list.tsx';
import { DetailView } from './detail.tsx';
import { type Filter, isFiltering, noFilter } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
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
        <CaseList
          rows={rows}
          coordinates={index.coordinates.map(({ key }) => key)}
          shown={shown?.id}
          chosen={current !== undefined}
          complete={printing}
        />
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
  const offered = verdictsByUrgency.map((verdict) => ({
    verdict,
    name: verdict,
    mark: verdictMarks[verdict],
    count: index.totals[verdict],
  }));
  return (
    <FilterBar
      placeholder="Search title, id, message, tag"
      text={filter.text}
      onText={(text) => onFilter({ ...filter, text })}
      offered={offered}
      chosen={filter.verdicts}
      onChosen={(verdicts) => onFilter({ ...filter, verdicts })}
      found={isFiltering(filter) ? found : undefined}
      total={index.rows.length}
      onClear={() => onFilter(noFilter)}
    >
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
    </FilterBar>
  );
}
