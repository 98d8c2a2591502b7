/** The list of the cases of a run, in groups by verdict. */
import type { Verdict } from '#result/run-result.ts';
import type { CaseRow } from '../report-index.ts';
import { GroupedList, type ListState } from './grouped-list.tsx';
import { Time, VerdictMark } from './shared-components.tsx';

const groups: [title: string, verdicts: Verdict[]][] = [
  ['Needs attention', ['failed', 'errored', 'interrupted', 'flaky', 'waived']],
  ['Passed', ['passed']],
  ['Skipped', ['skipped']],
];

export const CaseList = ({ rows, ...state }: ListState & { rows: readonly CaseRow[] }) => (
  <GroupedList
    groups={groups.map(([title, verdicts]) => {
      const members = rows.filter(({ verdict }) => verdicts.includes(verdict));
      return {
        title,
        rows: members,
        withProblems: members.some(({ problem, verdict }) => problem && verdict !== 'passed'),
      };
    })}
    draw={drawRow}
    {...state}
  />
);

const drawRow = ({ title, verdict, parties, problem, durationMs, remote }: CaseRow) => (
  <>
    <VerdictMark verdict={verdict} />
    <span class="title">{title}</span>
    <span class="time">{verdict !== 'skipped' && <Time ms={durationMs} remote={remote} />}</span>
    {problem && verdict !== 'passed' && <span class={`problem v-${verdict}`}>{problem}</span>}
    <span class="meta">{Object.values(parties).join(' · ')}</span>
  </>
);
