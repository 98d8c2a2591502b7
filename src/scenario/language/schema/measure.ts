/** Repeated measurement of a case, and the budgets for its times. */
import { z } from 'zod';
import { type BudgetLimit, budgetStatistics, budgetSubjects } from '#result/budget.ts';
import { duration } from './units.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'Expected text, a number, true, false or null',
});

export const measure = z.strictObject({
  repeat: z.int().min(1).max(1000).describe('Number of measured repetitions'),
  warmup: z.int().min(0).max(100).optional().describe('Repetitions before them that are not measured; default 0'),
  baseline: z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length > 0, { error: 'Expected at least one dotted path' })
    .optional()
    .describe('Dotted paths and their values: a second case, which runs in turn with this one to be compared with it'),
});

const ratio = z
  .strictObject({
    'max-ratio': z.number().min(1).max(100).describe('Largest permitted ratio to the time of the baseline, e.g. 1.05'),
    baseline: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]*$/, { error: 'Expected lower-case letters, digits, dots and dashes' })
      .optional()
      .describe('Name of a stored baseline (touchstone baseline NAME); default: the baseline of measure'),
    confidence: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('Probability that the interval has the true ratio; default 0.9'),
  })
  .transform(
    ({ 'max-ratio': max, baseline, confidence = 0.9 }): BudgetLimit => ({
      ratio: { max, confidence, ...(baseline !== undefined && { baseline }) },
    }),
  );

const budget = z.union([duration.transform((maxMs): BudgetLimit => ({ maxMs })), ratio], {
  error: 'Expected a duration such as 2500ms, or { max-ratio: 1.05 }',
});

/** `registration.p95` and so on. */
const metrics = budgetSubjects.flatMap((subject) => Object.keys(budgetStatistics).map((name) => `${subject}.${name}`));

export const budgets = z
  .partialRecord(z.enum(metrics), budget)
  .describe('Limits for times by phase and statistic, e.g. registration.p95: 2500ms');
