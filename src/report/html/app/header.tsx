/** Top of the page: the verdict, the totals, a strip with one bar for each case, the facts of the run. */
import type { TargetedMouseEvent } from 'preact';
import type { Verdict } from '#result/run-result.ts';
import { count, exceededBudgets, formatMs, verdictMarks, verdictsByUrgency } from '../../format.ts';
import type { CaseRow, ReportIndex } from '../report-index.ts';
import { viewHref } from './route.ts';
import { CodeFrame } from './shared-components.tsx';

const headlines = {
  passed: 'Passed',
  failed: 'Failed',
  errored: 'Not tested: infrastructure error',
  flaky: 'Passed, with flaky cases',
  skipped: 'All cases skipped',
  interrupted: 'Interrupted',
  waived: 'Failed as expected',
} as const satisfies Record<Verdict, string>;

export function Header({ index, onPick }: { index: ReportIndex; onPick(row: CaseRow): void }) {
  const { run, totals, verdict, rows, errors, budgets, missingCases } = index;
  const exceeded = exceededBudgets({ budgets });
  const isOverBudget = exceeded.length > 0 && (verdict === 'passed' || verdict === 'flaky');
  const shown = isOverBudget ? 'failed' : verdict;
  const good = totals.passed + totals.flaky;
  return (
    <header class="head">
      <div class="brand">
        <svg class="logo" width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
          <path d="M3.2 4.6 8 1.6l6.4 2.2 1.8 6-4 5.8-7.4.6L1.6 11z" class="background" />
          <path d="m5.2 11.6 7-6" class="foreground" />
        </svg>
        <span>Touchstone</span>
        <span class="run">{run.id}</span>
      </div>
      <div class="verdict">
        <h1 class={`v-${shown}`}>
          <span class="mark" aria-hidden="true">
            {verdictMarks[shown]}
          </span>
          {isOverBudget ? 'Budget exceeded' : headlines[verdict]}
        </h1>
        <p>
          <strong>{good}</strong> of <strong>{rows.length + missingCases}</strong> cases passed
          {totals.waived > 0 && `, ${count(totals.waived, 'known failure')}`} in{' '}
          <strong>{formatMs(run.durationMs)}</strong>
        </p>
      </div>
      <div class="tally">
        <CaseStrip rows={rows} onPick={onPick} />
        <ul class="totals" aria-label="Cases by verdict">
          {verdictsByUrgency
            .filter((name) => totals[name] > 0)
            .map((name) => (
              <li key={name} class={`v-${name}`}>
                <b>{totals[name]}</b> {name}
              </li>
            ))}
        </ul>
      </div>
      <dl class="facts">
        {Object.entries(facts(run)).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {exceeded.slice(0, maxBudgets).map(({ caseId, subject, statistic, message }) => (
        <p class="over-budget v-failed" key={`${caseId} ${subject}.${statistic}`}>
          <span aria-hidden="true">{verdictMarks.failed}</span> {message} <code>{caseId}</code>
        </p>
      ))}
      {exceeded.length > maxBudgets && (
        <p class="over-budget v-failed">
          <a href={viewHref('timings')}>{count(exceeded.length, 'budget')} exceeded</a>
        </p>
      )}
      {errors.map((error) => (
        <section class="run-error" key={error.message} aria-label="Error outside any case">
          <pre class="message">{error.message}</pre>
          {error.codeFrame && <CodeFrame text={error.codeFrame} />}
        </section>
      ))}
    </header>
  );
}

/** Further exceeded budgets are in the view of the timings. */
const maxBudgets = 3;

/** More cases than this have bars thinner than a few pixels: the strip then has one bar for all cases of a verdict. */
const maxBars = 200;

/** One bar for each case. Hidden from assistive technology, because the list has the same content. */
function CaseStrip({ rows, onPick }: { rows: readonly CaseRow[]; onPick(row: CaseRow): void }) {
  const isDense = rows.length > maxBars;
  const rowAt = ({ currentTarget, target, clientX }: TargetedMouseEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const number = (target as HTMLElement).dataset.n;
    return rows[isDense ? Math.floor(((clientX - left) / width) * rows.length) : Number(number ?? -1)];
  };
  return (
    <div
      class={isDense ? 'case-strip dense' : 'case-strip'}
      aria-hidden="true"
      onClick={(event) => {
        const row = rowAt(event);
        if (row) onPick(row);
      }}
      onMouseMove={(event) => {
        event.currentTarget.title = titleOf(rowAt(event));
      }}
    >
      {isDense
        ? verdictsByUrgency.map((verdict) => (
            <i
              key={verdict}
              class={`v-${verdict}`}
              style={{ flexGrow: rows.filter((row) => row.verdict === verdict).length }}
            />
          ))
        : rows.map((row, n) => <i key={row.id} class={`v-${row.verdict}`} data-n={n} />)}
    </div>
  );
}

const titleOf = (row: CaseRow | undefined): string => (row ? `${verdictMarks[row.verdict]} ${row.title}` : '');

function facts(run: ReportIndex['run']): Record<string, string> {
  const all = {
    Started: new Date(run.startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
    Command: run.command && `touchstone ${run.command}`,
    Release: run.release,
    Shard: run.shard && `${run.shard.index} of ${run.shard.total}`,
    Seed: run.seed,
    Browser: run.browser,
    Node: run.node,
    Platform: run.platform,
    Version: run.touchstone,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
