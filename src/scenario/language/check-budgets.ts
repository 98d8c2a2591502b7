/** Finds budgets that can never have a verdict: too few repetitions for their statistic, or a baseline that is not measured. */
import { minSampleSize } from '#result/bootstrap.ts';
import { type BudgetStatistic, budgetStatistics } from '#result/budget.ts';
import type { Finding } from './check.ts';
import type { ScenarioCase } from './schema.ts';

export function checkBudgets({ budgets = {}, measure }: ScenarioCase): Finding[] {
  const repeat = measure?.repeat ?? 1;
  return Object.entries(budgets).flatMap(([metric, limit]): Finding[] => {
    if (limit === undefined) return [];
    const path = ['budgets', metric];
    const needed = Math.max(minValuesOf(metric), limit.ratio ? minSampleSize : 1);
    const tooFew = `Expected measure.repeat of at least ${needed} for ${metric}, got ${repeat}`;
    const noBaseline = 'Expected the name of a stored baseline, or measure.baseline, which runs in turn with the case';
    const isUnnamed = limit.ratio !== undefined && limit.ratio.baseline === undefined;
    return [
      ...(repeat < needed ? [{ path, kind: 'wrong' as const, message: tooFew }] : []),
      ...(isUnnamed && !measure?.baseline ? [{ path, kind: 'wrong' as const, message: noBaseline }] : []),
    ];
  });
}

const minValuesOf = (metric: string): number =>
  budgetStatistics[metric.slice(metric.lastIndexOf('.') + 1) as BudgetStatistic].minValues;
