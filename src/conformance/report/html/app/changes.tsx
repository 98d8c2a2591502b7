/** What changed since an earlier report, the worst first. */
import { count } from '#report/format.ts';
import { caseHref } from '#report/html/app/route.ts';
import { ScrollRegion } from '#report/html/app/shared-components.tsx';
import { type ChangeKind, kindOfChange } from '../../compare.ts';
import type { Comparison, ReportChange } from '../../report-model.ts';
import type { Item } from './filter.ts';
import { nameOf, VerdictBadge } from './verdict.tsx';

const kinds: [ChangeKind, string][] = [
  ['worse', 'Worse'],
  ['better', 'Better'],
  ['other', 'Other changes'],
  ['new', 'Only in this report'],
  ['removed', 'Only in the earlier report'],
];

interface ChangesProps {
  comparison: Comparison;
  items: readonly Item[];
}

export function ChangesView({ comparison, items }: ChangesProps) {
  const { run, targets, sameCatalogue, changes } = comparison;
  const sections = kinds
    .map(([kind, title]) => ({ title, members: changes.filter((change) => kindOfChange(change) === kind) }))
    .filter(({ members }) => members.length > 0);
  return (
    <section class="overview" aria-labelledby="h-changes">
      <h2 id="h-changes">
        Changes since {new Date(run.startedAt).toLocaleDateString(undefined, { dateStyle: 'medium' })}
      </h2>
      <p class="intro">
        Compared with the report {run.id} of {targets.join(', ')}.{' '}
        {sameCatalogue
          ? 'Both reports use the same catalogue.'
          : 'The reports use different catalogues: a change may come from a requirement that is new or stricter.'}
      </p>
      {changes.length === 0 && <p class="empty">No case changed its verdict.</p>}
      {sections.map(({ title, members }) => (
        <ChangeTable key={title} title={title} changes={members} items={items} />
      ))}
    </section>
  );
}

function ChangeTable({
  title,
  changes,
  items,
}: {
  title: string;
  changes: readonly ReportChange[];
  items: readonly Item[];
}) {
  const label = `${title}: ${count(changes.length, 'case')}`;
  return (
    <>
      <h2>
        {title} <small>{count(changes.length, 'case')}</small>
      </h2>
      <ScrollRegion label={label}>
        <table class="changes">
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col">Before</th>
              <th scope="col">Now</th>
              <th scope="col">Finding</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={`${change.id} ${change.target}`}>
                <th scope="row">
                  <CaseLink change={change} items={items} />
                </th>
                <td>{change.before === undefined ? 'absent' : nameOf(change.before)}</td>
                <td>{change.after === undefined ? 'absent' : <VerdictBadge verdict={change.after} />}</td>
                <td class="finding">{change.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

function CaseLink({ change: { id, target }, items }: { change: ReportChange; items: readonly Item[] }) {
  const item = items.find((one) => one.targetName === target && (one.id === id || one.id === `${id} on ${target}`));
  return item ? (
    <a href={caseHref(item.id)}>
      <code>{id}</code>
    </a>
  ) : (
    <code>{id}</code>
  );
}
