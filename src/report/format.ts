/** Formats times, counts and locations the same way in every report. Pure. */
import type { BudgetResult } from '#result/budget.ts';
import type { CaseResult, Failure, RunResult, SourceLocation, Verdict } from '#result/run-result.ts';

/** A mark for each verdict, readable without colour. */
export const verdictMarks = {
  passed: '✓',
  failed: '✗',
  errored: '⚠',
  flaky: '≈',
  skipped: '–',
  interrupted: '◼',
  waived: '○',
} as const satisfies Record<Verdict, string>;

/** Verdicts in the order of the reports: those that need a decision first. */
export const verdictsByUrgency = [
  'failed',
  'errored',
  'interrupted',
  'flaky',
  'waived',
  'passed',
  'skipped',
] as const satisfies Verdict[];

/** Returns e.g. `0.42 ms`, `37 ms`, `1.24 s`, `2 min 05 s`. */
export function formatMs(ms: number): string {
  if (ms < 0.005) return '0 ms';
  if (ms < 9.995) return `${ms.toFixed(2)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

export const formatLocation = ({ file, line, column }: SourceLocation): string => `${file}:${line}:${column}`;

/** Returns e.g. `1 case`, `2 cases`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Returns the first line that is not blank, trimmed; `''` if there is none. */
export const firstLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? '';

/** Returns the first line; if an indented line follows, which is the first of its details, both on one line. */
export function summaryLine(text: string): string {
  const [first = '', detail = ''] = text.split('\n').filter((line) => line.trim() !== '');
  const hasDetail = /^\s/.test(detail) && !/^\s+at /.test(detail);
  return hasDetail ? `${first.trim().replace(/:$/, '')}: ${detail.trim()}` : first.trim();
}

/** Returns the most useful failure of a case: the first one of the last attempt that failed. Later failures are often its effects. */
export function leadingFailure({ failures }: Pick<CaseResult, 'failures'>): Failure | undefined {
  const last = failures.at(-1);
  return failures.find(({ attempt }) => attempt === last?.attempt);
}

/** Returns the budgets that are exceeded. A run with one fails (exit code 4), although all of its cases passed. */
export const exceededBudgets = ({ budgets = [] }: Pick<RunResult, 'budgets'>): BudgetResult[] =>
  budgets.filter(({ verdict }) => verdict === 'failed');

/** Returns at most `width` characters, the last one an ellipsis when text was cut; never splits a surrogate pair. */
export function truncate(text: string, width: number): string {
  if (text.length <= width) return text;
  const characters = [...text.slice(0, 2 * width + 2)];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
