/**
 * OpenMetrics text (https://prometheus.io/docs/specs/om/open_metrics_spec/): numbers of cases by verdict, times by phase as summaries, and
 * budgets. For a push gateway or the text-file collector of an exporter. Pure.
 */
import type { RunResult } from '#result/run-result.ts';
import { verdicts } from '#result/run-result.ts';
import { phaseStatistics } from '../phase-statistics.ts';

type Labels = Record<string, string>;

export function renderOpenMetrics(result: RunResult): string {
  const { run, totals, cases, budgets = [] } = result;
  const common: Labels = {
    touchstone: run.touchstone,
    ...(run.release !== undefined && { release: run.release }),
    ...(run.browser !== undefined && { browser: run.browser }),
  };
  const lines = [
    ...family('touchstone_cases', 'gauge', 'Number of cases by verdict.'),
    ...verdicts.map((verdict) => sample('touchstone_cases', { ...common, verdict }, totals[verdict] ?? 0)),
    ...family('touchstone_run_duration_seconds', 'gauge', 'Duration of the run.', 'seconds'),
    sample('touchstone_run_duration_seconds', common, run.durationMs / 1000),
    ...family('touchstone_run_timestamp_seconds', 'gauge', 'Start of the run.', 'seconds'),
    sample('touchstone_run_timestamp_seconds', common, Date.parse(run.startedAt) / 1000),
    ...family('touchstone_phase_seconds', 'summary', 'Time by phase of the ceremony.', 'seconds'),
    ...phaseStatistics(cases).flatMap(({ id, by, n, p50, p75, p95, p99, sample: times }) => {
      const labels = { ...common, phase: id, time_of: by };
      const quantiles = { '0.5': p50, '0.75': p75, '0.95': p95, '0.99': p99 };
      const sum = times.reduce((total, ms) => total + ms, 0);
      return [
        ...Object.entries(quantiles).map(([quantile, ms]) =>
          sample('touchstone_phase_seconds', { ...labels, quantile }, ms / 1000),
        ),
        sample('touchstone_phase_seconds_sum', labels, sum / 1000),
        sample('touchstone_phase_seconds_count', labels, n),
      ];
    }),
    ...(budgets.length > 0
      ? family('touchstone_budget_exceeded', 'gauge', '1 if a budget is exceeded, NaN if inconclusive.')
      : []),
    ...budgets.map(({ caseId, subject, statistic, verdict }) => {
      const value = { passed: 0, failed: 1, inconclusive: Number.NaN }[verdict];
      return sample(
        'touchstone_budget_exceeded',
        { ...common, case: caseId, metric: `${subject}.${statistic}` },
        value,
      );
    }),
  ];
  return `${lines.join('\n')}\n# EOF\n`;
}

const family = (name: string, type: string, help: string, unit?: string): string[] => [
  `# TYPE ${name} ${type}`,
  ...(unit ? [`# UNIT ${name} ${unit}`] : []),
  `# HELP ${name} ${help}`,
];

function sample(name: string, labels: Labels, value: number): string {
  const escapeText = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeText(text)}"`);
  return `${name}{${pairs.join(',')}} ${Number.isNaN(value) ? 'NaN' : roundTo(value)}`;
}

const roundTo = (value: number): string => String(Number(value.toFixed(6)));
