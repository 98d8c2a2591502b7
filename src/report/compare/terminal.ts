/** A comparison of two runs as text for a terminal: verdict changes, and a forest plot of the phases. Pure. */
import type { Verdict } from '#result/run-result.ts';
import type { Colours } from '../colour.ts';
import { count, formatMs, verdictMarks } from '../format.ts';
import { padEnd, padStart, toOneLine } from '../terminal/terminal.ts';
import type { PhaseComparison } from './compare-phases.ts';
import { missingCases, type RunComparison, slowerPhases, type VerdictChange, worseCases } from './compare-runs.ts';
import { type ForestScale, forestLine, forestScale } from './forest-plot.ts';

const plotWidth = 31;
const maxChanges = 30;

/** Returns the lines to print. */
export function renderComparison(comparison: RunComparison, c: Colours): string[] {
  const { before, after, verdicts, commonCases } = comparison;
  const facts = (run: RunComparison['before'], verdict: Verdict) =>
    c.dim(
      [`${verdictMarks[verdict]} ${verdict}`, run.release, `touchstone ${run.touchstone}`].filter(Boolean).join('  '),
    );
  return [
    `  ${c.dim('Before')}  ${before.id}  ${facts(before, verdicts.before)}`,
    `  ${c.dim('After')}   ${after.id}  ${facts(after, verdicts.after)}`,
    `  ${c.dim('Common')}  ${count(commonCases, 'case')}`,
    '',
    ...changeLines(comparison, c),
    '',
    ...phaseLines(comparison, c),
    '',
    ...verdictLines(comparison, c),
  ];
}

function changeLines(comparison: RunComparison, c: Colours): string[] {
  const { changes } = comparison;
  const missing = new Set(missingCases(comparison));
  if (changes.length === 0) return ['  No verdict changed.'];
  const order = ['worse', 'better', 'other', 'added', 'removed'];
  const sorted = changes.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const hidden = sorted.length - maxChanges;
  return [
    ...sorted
      .slice(0, maxChanges)
      .map(
        (change) =>
          `  ${describeChange(change, missing.has(change) ? c.red : colourOf(change, c))}  ${c.dim(toOneLine(change.id))}`,
      ),
    ...(hidden > 0 ? [c.dim(`  ... and ${hidden} more`)] : []),
  ];
}

const colourOf = ({ kind }: VerdictChange, c: Colours) =>
  ({ worse: c.red, better: c.green, other: c.yellow, added: c.dim, removed: c.dim })[kind];

function describeChange({ kind, before, after }: VerdictChange, paint: (text: string) => string): string {
  const text = (verdict: VerdictChange['before']) => (verdict ? `${verdictMarks[verdict]} ${verdict}` : kind);
  return paint(padEnd(`${before ? text(before) : 'new'} -> ${after ? text(after) : 'removed'}`, 28));
}

function phaseLines({ phases, options }: RunComparison, c: Colours): string[] {
  if (phases.length === 0) return ['  No case has times in both runs.'];
  const scale = forestScale(phases.map(({ interval }) => interval));
  const nameWidth = Math.max(...phases.map(({ label }) => label.length)) + 2;
  const percent = Math.round(options.confidence * 100);
  const head = `${padEnd('Phase', nameWidth)}${padStart('n', 4)}${padStart('before', 10)}${padStart('after', 10)}  ${padEnd(`ratio [${percent} %]`, 21)}`;
  return [
    c.dim(`  ${head}${axis(scale)}`),
    ...phases.map((phase) => `  ${padEnd(phase.label, nameWidth)}${phaseLine(phase, scale, c)}`),
  ];
}

function phaseLine(
  { n, beforeMs, afterMs, ratio, interval, verdict, outliers }: PhaseComparison,
  scale: ForestScale,
  c: Colours,
) {
  const times = `${padStart(String(n), 4)}${padStart(formatMs(beforeMs), 10)}${padStart(formatMs(afterMs), 10)}`;
  const ratios = `${ratio.toFixed(2)} [${interval.lower.toFixed(2)}, ${interval.upper.toFixed(2)}]`;
  const paint = { slower: c.red, faster: c.green, unchanged: c.dim, inconclusive: c.yellow }[verdict];
  const note = outliers > 0 ? c.dim(` ${count(outliers, 'outlier')}`) : '';
  return `${times}  ${padEnd(ratios, 21)}${paint(forestLine(scale, ratio, interval, plotWidth))}  ${paint(verdict)}${note}`;
}

/** Returns the labels of the axis at their positions. */
function axis(scale: ForestScale): string {
  return scale.ticks.reduce((line, tick) => {
    const label = String(tick);
    const start = Math.round(scale.position(tick) * (plotWidth - 1)) - Math.floor(label.length / 2);
    return start < line.length ? line : line.padEnd(start) + label;
  }, '');
}

function verdictLines(comparison: RunComparison, c: Colours): string[] {
  const { differences, leftOut } = comparison;
  const notes = [
    ...differences.map((sentence) => `The times do not count: ${sentence}`),
    ...leftOut.reasons.map((sentence) => `Left out of the times: ${count(leftOut.cases, 'case')}. ${sentence}`),
  ];
  const problems = problemsOf(comparison);
  return [
    ...notes.map((note) => c.yellow(`  ${note}`)),
    ...problems.map((problem) => c.red(`  ✗ ${problem}`)),
    ...(problems.length === 0 ? [c.green('  ✓ nothing is worse')] : []),
  ];
}

/** Returns what is worse in the later run, one sentence without a full stop for each kind. */
export function problemsOf(comparison: RunComparison): string[] {
  const [worse, missing] = [worseCases(comparison).length, missingCases(comparison).length];
  const slower = slowerPhases(comparison).map(({ label }) => label);
  return [
    ...(worse > 0 ? [`${count(worse, 'case')} passed before and ${worse === 1 ? 'does' : 'do'} not pass now`] : []),
    ...(missing > 0
      ? [`${count(missing, 'case')} passed before and ${missing === 1 ? 'is' : 'are'} not in the later run`]
      : []),
    ...(slower.length > 0 ? [`slower: ${slower.join(', ')}`] : []),
  ];
}
