/** The list of cases with its filters, and beside it the open case. */

import { formatMs } from '#report/format.ts';
import { FilterBar } from '#report/html/app/filter-bar.tsx';
import { GroupedList } from '#report/html/app/grouped-list.tsx';
import { Choice } from '#report/html/app/shared-components.tsx';
import type { Verdict } from '../../../verdict.ts';
import { verdictMarks, verdictsByUrgency } from '../../marks.ts';
import type { PageIndex } from '../page-index.ts';
import type { CaseMessagesReader } from '../read-embedded-report.ts';
import { DetailView } from './detail.tsx';
import { choices, type Filter, type Item, isFiltering, noFilter } from './filter.ts';
import { rankOfMistake } from './mistakes.ts';
import { nameOf, VerdictMark } from './verdict.tsx';

const groups: [title: string, verdicts: Verdict[]][] = [
  ['Violated', ['fail']],
  ['Inconclusive', ['inconclusive']],
  ['Observations and expected failures', ['observation', 'waived']],
  ['Met', ['pass']],
  ['Not applicable', ['not-applicable']],
];

interface CasesProps {
  index: PageIndex;
  items: readonly Item[];
  /** The items that match the filter. */
  found: readonly Item[];
  filter: Filter;
  onFilter(filter: Filter): void;
  current: string | undefined;
  messages: CaseMessagesReader;
  printing: boolean;
}

export function CasesView({ index, items, found, filter, onFilter, current, messages, printing }: CasesProps) {
  const sections = groups.map(([title, verdicts]) => ({
    title,
    rows: sortByMistake(found.filter(({ verdict }) => verdicts.includes(verdict))),
    withProblems: !verdicts.includes('pass'),
  }));
  const first = sections.find(({ rows }) => rows.length > 0)?.rows[0];
  const shown = items.find(({ id }) => id === current) ?? first;
  return (
    <div class={current === undefined ? 'cases' : 'cases chosen'}>
      <div class="side">
        <Filters index={index} items={items} filter={filter} onFilter={onFilter} found={found.length} />
        <GroupedList
          groups={sections}
          draw={drawItem}
          shown={shown?.id}
          chosen={current !== undefined}
          complete={printing}
        />
      </div>
      <div class="pane" id="detail">
        {shown ? (
          <DetailView key={shown.id} item={shown} items={items} messages={messages} />
        ) : (
          <p class="empty">No case to show.</p>
        )}
      </div>
    </div>
  );
}

/** The worst mistakes first; otherwise in the order of the catalogue. */
const sortByMistake = (items: readonly Item[]): Item[] => items.toSorted((a, b) => rankOfMistake(a) - rankOfMistake(b));

const drawItem = ({ id, verdict, entry, message, durationMs, before }: Item) => (
  <>
    <VerdictMark verdict={verdict} />
    <span class="title">{entry.title}</span>
    <span class="time">{durationMs !== undefined && formatMs(durationMs)}</span>
    {message && verdict !== 'pass' && <span class={`problem v-${verdict}`}>{message}</span>}
    <span class="meta">
      {before !== undefined && `was ${nameOf(before)} · `}
      <code>{id}</code>
    </span>
  </>
);

interface FiltersProps {
  index: PageIndex;
  items: readonly Item[];
  filter: Filter;
  onFilter(filter: Filter): void;
  found: number;
}

function Filters({ index, items, filter, onFilter, found }: FiltersProps) {
  const offered = verdictsByUrgency.map((verdict) => ({
    verdict,
    name: nameOf(verdict),
    mark: verdictMarks[verdict],
    count: index.counts[verdict],
  }));
  return (
    <FilterBar
      placeholder="Search requirement, id, section, message"
      text={filter.text}
      onText={(text) => onFilter({ ...filter, text })}
      offered={offered}
      chosen={filter.verdicts}
      onChosen={(verdicts) => onFilter({ ...filter, verdicts })}
      found={isFiltering(filter) ? found : undefined}
      total={items.length}
      onClear={() => onFilter(noFilter)}
    >
      {menusOf(items).map(({ name, values }) => (
        <Choice
          key={name}
          label={name}
          values={values}
          value={filter.choices[name] ?? ''}
          onChange={(value) => onFilter({ ...filter, choices: { ...filter.choices, [name]: value } })}
        />
      ))}
    </FilterBar>
  );
}

/** Returns the menus that divide the items: those with at least two values. */
const menusOf = (items: readonly Item[]) =>
  Object.entries(choices)
    .map(([name, select]) => ({
      name,
      values: [...new Set(items.map(select))].filter((value) => value !== undefined),
    }))
    .filter(({ name, values }) => values.length > (name === 'mistake' || name === 'change' ? 0 : 1));
