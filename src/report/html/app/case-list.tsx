/** The list of the cases of a run, in groups by verdict. */
import type { Verdict } from '#result/run-result.ts';
import { absent, caseCoordinate } from '../matrix-coordinates.ts';
import type { CaseRow } from '../report-index.ts';
import { GroupedList, type ListState } from './grouped-list.tsx';
import { Time, VerdictMark } from './shared-components.tsx';

const groups: [title: string, verdicts: Verdict[]][] = [
  ['Needs attention', ['failed', 'errored', 'interrupted', 'flaky', 'waived']],
  ['Passed', ['passed']],
  ['Skipped', ['skipped']],
];

interface CaseListProps extends ListState {
  rows: readonly CaseRow[];
  /** The coordinates that differ between cases of the run. */
  coordinates: readonly string[];
}

export const CaseList = ({ rows, coordinates, ...state }: CaseListProps) => (
  <GroupedList
    groups={groups.map(([title, verdicts]) => {
      const members = rows.filter(({ verdict }) => verdicts.includes(verdict));
      return {
        title,
        rows: members,
        withProblems: members.some(({ problem, verdict }) => problem && verdict !== 'passed'),
      };
    })}
    draw={(row) => <Row row={row} coordinates={coordinates} />}
    {...state}
  />
);

/** Returns what tells the case from others with the same title: its repetition and coordinates, or its id. */
export function describeDifferences({ id, parties, repetition }: CaseRow, coordinates: readonly string[]): string {
  const values = coordinates.filter((key) => key !== caseCoordinate).map((key) => parties[key]);
  return [repetition, ...values].filter((text) => text && text !== absent).join(' · ') || id;
}

const Row = ({ row, coordinates }: { row: CaseRow; coordinates: readonly string[] }) => {
  const { title, verdict, problem, durationMs, remote } = row;
  return (
    <>
      <VerdictMark verdict={verdict} />
      <span class="title">{title}</span>
      <span class="time">{verdict !== 'skipped' && <Time ms={durationMs} remote={remote} />}</span>
      {problem && verdict !== 'passed' && <span class={`problem v-${verdict}`}>{problem}</span>}
      <span class="meta">{describeDifferences(row, coordinates)}</span>
    </>
  );
};
