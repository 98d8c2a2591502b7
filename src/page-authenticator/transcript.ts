/** What a test attaches to its report: the transcript as JSON, and the timings as text. */
import { phases, type Span } from '#result/timeline.ts';
import type { KeySet } from './key-set.ts';

/** Returns ceremonies, questions, passkeys and CTAP exchanges. CTAP messages contain no PIN in clear text. */
export const transcriptOf = ({ log, dialog, keys }: KeySet): object => ({
  ceremonies: log.ceremonies,
  asked: dialog.asked.map(({ kind }) => kind),
  endReasons: dialog.endReasons,
  registrations: log.registrations,
  keys: keys.map(({ persona, transcript }) => ({ persona, exchanges: transcript })),
});

/** Returns one line for each phase: how long it took, and who spent the time. */
export function formatTimings(spans: readonly Span[]): string {
  const lines = spans.map(({ phase, label, startMs, durationMs }) => {
    const columns = [`${startMs.toFixed(1)} ms`.padStart(12), `${durationMs.toFixed(1)} ms`.padStart(12)];
    return `${columns.join('')}  ${phases[phase].by.padEnd(8)} ${label}`;
  });
  return [`${'start'.padStart(12)}${'duration'.padStart(12)}  spent by phase`, ...lines, ''].join('\n');
}
