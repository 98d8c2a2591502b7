/**
 * Heatmap over two coordinates, one table for each value of a third. A table has the rows and columns that have cases. A cell opens the
 * list of its cases.
 */
import { useState } from 'preact/hooks';
import type { Verdict } from '#result/run-result.ts';
import { verdictMarks, verdictsByUrgency } from '../../format.ts';
import { groupBy } from '../../group-by.ts';
import { caseCoordinate, rankOfCoordinate } from '../matrix-coordinates.ts';
import type { CaseRow, ReportIndex } from '../report-index.ts';
import { ScrollRegion } from './shared-components.tsx';

type Coordinate = ReportIndex['coordinates'][number];
/** Stands for no coordinate: every case has this value. */
const all: Coordinate = { key: '', values: [''] };

/** Sorts the coordinates of a run that repeats every case first, then those with the most values. */
const compareCoordinates = (a: Coordinate, b: Coordinate): number => {
  const [rankOfA, rankOfB] = [rankOfCoordinate(a.key), rankOfCoordinate(b.key)];
  return rankOfA === rankOfB ? b.values.length - a.values.length : rankOfA - rankOfB;
};

export function MatrixView({
  index,
  onPick,
}: {
  index: ReportIndex;
  onPick(coordinates: Record<string, string>): void;
}) {
  const sorted = index.coordinates.toSorted(compareCoordinates);
  const [keys, setKeys] = useState([
    sorted[0]?.key ?? '',
    sorted[1]?.key ?? '',
    sorted[0]?.key === caseCoordinate ? '' : (sorted[2]?.key ?? ''),
  ]);
  const coordinate = (key: string | undefined) => index.coordinates.find((each) => each.key === key) ?? all;
  const [down, across, split] = [coordinate(keys[0]), coordinate(keys[1]), coordinate(keys[2])];
  const choose = (position: number, key: string) =>
    setKeys(keys.map((old, n) => (n === position ? key : old === key ? '' : old)));
  return (
    <section class="overview" aria-labelledby="h-matrix">
      <h2 id="h-matrix">Matrix</h2>
      <div class="selects">
        {['Rows', 'Columns', 'Split by'].map((label, position) => (
          <label class="choice" key={label}>
            <span>{label}</span>
            <select value={keys[position]} onChange={({ currentTarget }) => choose(position, currentTarget.value)}>
              {position > 0 && <option value="">nothing</option>}
              {index.coordinates.map(({ key }) => (
                <option key={key} value={key}>
                  {key}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      <div class="heatmaps">
        {split.values.map((value) => (
          <Heatmap
            key={value}
            rows={index.rows}
            down={down}
            across={across}
            only={{ [split.key]: value }}
            onPick={onPick}
          />
        ))}
      </div>
    </section>
  );
}

interface HeatmapProps {
  rows: readonly CaseRow[];
  down: Coordinate;
  across: Coordinate;
  /** The value of the third coordinate; key and value `''` for none. */
  only: Record<string, string>;
  onPick(coordinates: Record<string, string>): void;
}

function Heatmap({ rows, down, across, only, onPick }: HeatmapProps) {
  const [[onlyKey = '', onlyValue = ''] = []] = Object.entries(only);
  const partyOf = (row: CaseRow, key: string) => (key === '' ? '' : row.parties[key]);
  const cellOf = (line: string | undefined, column: string | undefined) => JSON.stringify([line, column]);
  const members = rows.filter((row) => partyOf(row, onlyKey) === onlyValue);
  const usedValues = ({ key, values }: Coordinate) =>
    values.filter((value) => members.some((row) => partyOf(row, key) === value));
  const [lines, columns] = [usedValues(down), usedValues(across)];
  const cells = groupBy(members, (row) => cellOf(partyOf(row, down.key), partyOf(row, across.key)));
  return (
    <ScrollRegion label={onlyKey ? `Heatmap of ${onlyKey} ${onlyValue}` : 'Heatmap'}>
      <table class="heatmap">
        <caption>{onlyKey ? `${onlyKey}: ${onlyValue}` : 'All cases'}</caption>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column} scope="col">
                {column || 'all'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line}>
              <th scope="row">{line}</th>
              {columns.map((column) => {
                const here = cells.get(cellOf(line, column)) ?? [];
                const coordinates = { [down.key]: line, [across.key]: column, [onlyKey]: onlyValue };
                delete coordinates[''];
                return <Cell key={column} rows={here} onPick={() => onPick(coordinates)} />;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** Coloured by the worst verdict; the colour is stronger the more cases have it. */
function Cell({ rows, onPick }: { rows: readonly CaseRow[]; onPick(): void }) {
  if (rows.length === 0) return <td class="none">no case</td>;
  const worst = verdictsByUrgency.find((verdict) => rows.some((row) => row.verdict === verdict)) as Verdict;
  const share = rows.filter(({ verdict }) => verdict === worst).length / rows.length;
  const passed = rows.filter(({ verdict }) => verdict === 'passed' || verdict === 'flaky').length;
  return (
    <td>
      <button
        type="button"
        class={`v-${worst}`}
        style={{ '--share': `${Math.round(12 + share * 30)}%` }}
        onClick={onPick}
        aria-label={`${passed} of ${rows.length} passed, worst: ${worst}`}
      >
        <span aria-hidden="true">{verdictMarks[worst]}</span> {passed}/{rows.length}
      </button>
    </td>
  );
}
