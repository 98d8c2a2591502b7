/** The results of a conformance run in the terminal. */
import pc from 'picocolors';
import { type CaseResult, caseId } from '#conformance/case-result.ts';
import { groupOf } from '#conformance/catalogue-entry.ts';
import { countVerdicts, type Verdict, verdicts } from '#conformance/verdict.ts';
import { count } from '#report/format.ts';
import { alignColumns } from '../table.ts';

const colours: Record<Verdict, (text: string) => string> = {
  pass: pc.green,
  fail: pc.red,
  observation: pc.yellow,
  'not-applicable': pc.dim,
  inconclusive: pc.magenta,
  waived: pc.yellow,
};

/** Verdicts whose cases are printed one by one. */
const detailed: readonly Verdict[] = ['fail', 'inconclusive', 'waived', 'observation'];
const names = Object.keys(verdicts) as Verdict[];

/** Returns the results: a table of the groups, then every case that did not simply pass. */
export function formatResults(results: readonly CaseResult[], { verbose = false } = {}): string {
  const shown = verbose ? [...detailed, 'not-applicable'] : detailed;
  const details = results.filter(({ verdict }) => shown.includes(verdict)).map(formatCase);
  return [groupTable(results), ...details, summaryOf(results)].join('\n');
}

function groupTable(results: readonly CaseResult[]): string {
  const groups = [...new Set(results.map(({ id }) => groupOf(id)))];
  const rows = groups.map((group) => {
    const counts = countVerdicts(results.filter(({ id }) => groupOf(id) === group).map(({ verdict }) => verdict));
    return [group, ...names.map((name) => String(counts[name]))];
  });
  return `${alignColumns([['GROUP', ...names.map((name) => name.toUpperCase())], ...rows])}\n`;
}

function formatCase(result: CaseResult): string {
  const { verdict, message, evidence } = result;
  const head = `${colours[verdict](verdict)} ${caseId(result)}${message && `: ${message}`}`;
  if (verdict !== 'fail' && verdict !== 'inconclusive') return head;
  return [head, ...evidence.slice(-2).map(({ name, text }) => pc.dim(`  ${name}: ${text}`))].join('\n');
}

function summaryOf(results: readonly CaseResult[]): string {
  const counts = countVerdicts(results.map(({ verdict }) => verdict));
  const parts = names.filter((name) => counts[name] > 0).map((name) => colours[name](`${counts[name]} ${name}`));
  return `\n${count(results.length, 'case')}: ${parts.join(', ')}`;
}
