/** TAP version 14 (https://testanything.org): one test point for each case, with the failure as YAML. Pure. */
import type { CaseResult, RunResult, Verdict } from '#result/run-result.ts';
import { exceededBudgets, firstLine, formatLocation, leadingFailure } from '../format.ts';
import { stripControlCharacters } from '../terminal/terminal.ts';

const isOk: Record<Verdict, boolean> = {
  passed: true,
  flaky: true,
  skipped: true,
  failed: false,
  errored: false,
  interrupted: false,
  waived: false, // `TODO` makes it acceptable
};

export function* renderTap({ run, cases, errors = [], budgets = [] }: RunResult): Generator<string> {
  const exceeded = exceededBudgets({ budgets });
  yield `TAP version 14\n1..${cases.length + errors.length + exceeded.length}\n# touchstone ${plain(run.touchstone)}, run ${plain(run.id)}\n`;
  let number = 0;
  for (const item of cases) yield* testPoint(++number, item);
  for (const { caseId, message } of exceeded)
    yield `not ok ${++number} - ${escapeText(`budget of ${caseId}`)}\n${yamlBlock({ message })}`;
  for (const { message } of errors) {
    yield `not ok ${++number} - error outside any case\n${yamlBlock({ message })}`;
    yield `# ${plain(firstLine(message))}\n`;
  }
}

function* testPoint(number: number, item: CaseResult): Generator<string> {
  const { id, verdict, title, notes = [], failures, location, durationMs } = item;
  const ok = isOk[verdict] ? 'ok' : 'not ok';
  yield `${ok} ${number} - ${escapeText(`${title} (${id})`)}${directive(verdict, notes[0])}\n`;
  const failure = leadingFailure({ failures });
  if (failure === undefined && verdict === 'passed') return;
  yield yamlBlock({
    verdict,
    duration_ms: durationMs.toFixed(0),
    at: formatLocation(failure?.location ?? location),
    ...(failure && { message: failure.message }),
  });
}

function directive(verdict: Verdict, note = ''): string {
  if (verdict === 'skipped') return ` # SKIP ${plain(note)}`.trimEnd();
  return verdict === 'waived' ? ` # TODO ${plain(note)}`.trimEnd() : '';
}

/** One line without control characters, which would act on the terminal of a reader. */
const plain = (text: string): string => stripControlCharacters(text).replace(/\s+/g, ' ').trim();

/** Descriptions are one line, and `#` begins a directive. */
const escapeText = (text: string): string => plain(text).replace(/[\\#]/g, '\\$&');

/** JSON strings are YAML strings. */
const yamlBlock = (values: Record<string, string>): string =>
  ['  ---', ...Object.entries(values).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`), '  ...', ''].join(
    '\n',
  );
