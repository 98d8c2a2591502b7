/** Identity of what was tested, verdict per profile, and counts per group. */
import { ScrollRegion } from '#report/html/app/shared-components.tsx';
import { verdictsByUrgency } from '../../marks.ts';
import type { PageGroup, PageIndex } from '../page-index.ts';
import { nameOf, VerdictStrip } from './verdict.tsx';

interface SummaryProps {
  index: PageIndex;
  onPick(choices: Record<string, string>): void;
}

/** Longer values have a separate line. */
const longValue = 60;

export function SummaryView({ index, onPick }: SummaryProps) {
  return (
    <section class="overview summary" aria-labelledby="h-summary">
      <h2 id="h-summary">Identity</h2>
      {index.targets.map(({ name, version, identity }) => (
        <section key={name} class="identity" aria-label={name}>
          <h3>
            {name} {version !== undefined && <small>{version}</small>}
          </h3>
          <dl>
            {identity.map((fact) => (
              <div key={fact.name} class={fact.value.length > longValue ? 'long' : undefined}>
                <dt>{fact.name}</dt>
                <dd>{fact.value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      {index.profiles.length > 0 && <Profiles profiles={index.profiles} />}
      {index.targets.map(({ name }, target) => (
        <Groups key={name} name={name} target={target} index={index} onPick={onPick} />
      ))}
    </section>
  );
}

const profileVerdicts = {
  passed: ['pass', '✓'],
  failed: ['fail', '✗'],
  'not-tested': ['not-applicable', '–'],
} as const;

const Profiles = ({ profiles }: Pick<PageIndex, 'profiles'>) => (
  <>
    <h2>Profiles</h2>
    <ul class="profiles">
      {profiles.map(({ id, title, verdict }) => {
        const [kind, mark] = profileVerdicts[verdict];
        return (
          <li key={id} class={`v-${kind}`}>
            <span class="mark" aria-hidden="true">
              {mark}
            </span>
            <b>{id}</b> <span>{title}</span> <small>{verdict.replace('-', ' ')}</small>
          </li>
        );
      })}
    </ul>
  </>
);

function Groups({ name, target, index, onPick }: SummaryProps & { name: string; target: number }) {
  const columns = verdictsByUrgency.filter((verdict) =>
    index.groupCounts.some(({ counts }) => counts[target]?.[verdict]),
  );
  const heading = index.targets.length > 1 ? `Groups: ${name}` : 'Groups';
  return (
    <>
      <h2>{heading}</h2>
      <ScrollRegion label={heading}>
        <table class="groups">
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col" class="bar-column">
                <span class="visually-hidden">Share of the verdicts</span>
              </th>
              <th scope="col" class="n">
                requirements
              </th>
              {columns.map((verdict) => (
                <th key={verdict} scope="col" class="n">
                  {nameOf(verdict)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {index.groupCounts.map((group) => (
              <GroupRow key={group.id} group={group} target={target} columns={columns} onPick={onPick} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

interface GroupRowProps extends Pick<SummaryProps, 'onPick'> {
  group: PageGroup;
  target: number;
  columns: readonly (typeof verdictsByUrgency)[number][];
}

function GroupRow({ group: { id, title, requirements, counts }, target, columns, onPick }: GroupRowProps) {
  const own = counts[target];
  if (!own) return null;
  return (
    <tr>
      <th scope="row">
        <button type="button" class="link" onClick={() => onPick({ group: id })}>
          {id}
        </button>{' '}
        <small>{title}</small>
      </th>
      <td class="bar-column">
        <VerdictStrip counts={own} />
      </td>
      <td class="n">{requirements}</td>
      {columns.map((verdict) => (
        <td key={verdict} class={own[verdict] > 0 ? `n v-${verdict} counted` : 'n zero'}>
          {own[verdict] > 0 ? own[verdict] : '·'}
        </td>
      ))}
    </tr>
  );
}
