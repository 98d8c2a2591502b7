/** Times over all cases: percentiles of each phase with a plot on a logarithmic scale, and the slowest cases. */
import type { BudgetResult } from '#result/budget.ts';
import { formatMs, verdictMarks } from '../../format.ts';
import type { PhaseStatistics } from '../../phase-statistics.ts';
import type { ReportIndex } from '../report-index.ts';
import { describeDifferences } from './case-list.tsx';
import { caseHref } from './route.ts';
import { ScrollRegion, SplitBar, VerdictMark } from './shared-components.tsx';

const slowestShown = 12;

export function TimingsView({ index }: { index: ReportIndex }) {
  const coordinates = index.coordinates.map(({ key }) => key);
  const slowest = index.rows
    .filter(({ remote }) => !remote)
    .toSorted((a, b) => b.machineMs - a.machineMs)
    .slice(0, slowestShown)
    .filter(({ machineMs }) => machineMs > 0);
  const full = Math.max(...slowest.map(({ machineMs, gestureMs }) => machineMs + gestureMs));
  const scale = logScale(index.phases);
  return (
    <section class="overview" aria-labelledby="h-timings">
      <h2 id="h-timings">Time by phase</h2>
      <p class="intro">
        Per ceremony, over all cases that were timed. Gesture time is subtracted from machine phases. The plot has a
        logarithmic scale. {index.excludedCases}
      </p>
      <ScrollRegion label="Table of percentiles">
        <table class="percentiles">
          <thead>
            <tr>
              <th scope="col">Phase</th>
              {['n', 'p50', 'p75', 'p95', 'p99', 'max', 'MAD', 'outliers'].map((name) => (
                <th key={name} scope="col" class="n">
                  {name}
                </th>
              ))}
              <th scope="col" class="plot">
                <span class="visually-hidden">Distribution</span>
                <ScaleMarks scale={scale} />
              </th>
            </tr>
          </thead>
          {(['machine', 'gesture'] as const).map((by) => (
            <tbody key={by}>
              <tr>
                <th colSpan={10} scope="rowgroup" class="group">
                  <i class={`swatch ${by}`} /> {by === 'machine' ? 'Machine' : 'Gestures'}
                </th>
              </tr>
              {index.phases
                .filter((phase) => phase.by === by)
                .map((phase) => (
                  <tr key={phase.id} class={phase.id === by ? 'total' : undefined}>
                    <th scope="row">{phase.label}</th>
                    <td class="n">{phase.n}</td>
                    {[phase.p50, phase.p75, phase.p95, phase.p99, phase.max, phase.mad].map((ms, n) => (
                      <td key={n} class="n">
                        {formatMs(ms)}
                      </td>
                    ))}
                    <td class="n">{phase.outliers}</td>
                    <td class="plot">
                      <Distribution phase={phase} scale={scale} />
                    </td>
                  </tr>
                ))}
            </tbody>
          ))}
        </table>
      </ScrollRegion>
      <BudgetTable budgets={index.budgets} />
      <h2>Slowest cases</h2>
      <ol class="slowest">
        {slowest.map((row) => (
          <li key={row.id}>
            <a href={caseHref(row.id)}>
              <VerdictMark verdict={row.verdict} />
              <span class="title">
                {row.title} <small>{describeDifferences(row, coordinates)}</small>
              </span>
              <SplitBar machineMs={row.machineMs} gestureMs={row.gestureMs} fullMs={full} />
              <span class="n">{formatMs(row.machineMs)}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

const budgetMarks = { passed: verdictMarks.passed, failed: verdictMarks.failed, inconclusive: '?' } as const;

const budgetColours = { passed: 'passed', failed: 'failed', inconclusive: 'flaky' } as const;

/** Exceeded budgets first. */
function BudgetTable({ budgets }: { budgets: readonly BudgetResult[] }) {
  if (budgets.length === 0) return null;
  const order = ['failed', 'inconclusive', 'passed'];
  const sorted = budgets.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return (
    <>
      <h2>Budgets</h2>
      <ScrollRegion label="Table of budgets">
        <table class="percentiles">
          <thead>
            <tr>
              {['Verdict', 'Result', 'Case'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col" class="n">
                n
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ verdict, message, caseId, subject, statistic, n }) => (
              <tr key={`${caseId} ${subject}.${statistic}`}>
                <th scope="row" class={`budget v-${budgetColours[verdict]}`}>
                  {budgetMarks[verdict]} {verdict}
                </th>
                <td>{message}</td>
                <td>{caseId}</td>
                <td class="n">{n}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

interface Scale {
  marks: number[];
  at(ms: number): string;
}

function logScale(phases: readonly PhaseStatistics[]): Scale {
  const low = Math.floor(Math.log10(Math.max(0.01, Math.min(...phases.map(({ sample }) => sample[0] ?? 0)))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(0.02, ...phases.map(({ max }) => max)))));
  const share = (ms: number) => Math.min(1, Math.max(0, (Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low)));
  return {
    marks: Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n)),
    at: (ms) => `${(share(ms) * 100).toFixed(2)}%`,
  };
}

const ScaleMarks = ({ scale }: { scale: Scale }) => (
  <span class="scale" aria-hidden="true">
    {scale.marks.map((ms) => (
      <i key={ms} style={{ left: scale.at(ms) }}>
        {ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`}
      </i>
    ))}
  </span>
);

/** A dot for each ceremony, a box from p50 to p95, a line at the median. */
function Distribution({ phase: { sample, p50, p95, by }, scale }: { phase: PhaseStatistics; scale: Scale }) {
  return (
    <span class={`distribution ${by}`} aria-hidden="true">
      {scale.marks.map((ms) => (
        <u key={ms} style={{ left: scale.at(ms) }} />
      ))}
      {sample.map((ms, n) => (
        <i key={n} style={{ left: scale.at(ms) }} />
      ))}
      <b style={{ left: scale.at(p50), width: `calc(${scale.at(p95)} - ${scale.at(p50)})` }} />
    </span>
  );
}
