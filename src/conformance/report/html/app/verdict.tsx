/** The marks and bars of verdicts. */
import { type Verdict, verdicts } from '../../../verdict.ts';
import { verdictMarks, verdictsByUrgency } from '../../marks.ts';
import type { VerdictCounts } from '../page-index.ts';

/** Returns the verdict in words, e.g. `not applicable`. */
export const nameOf = (verdict: Verdict): string => verdict.replace('-', ' ');

export const VerdictMark = ({ verdict }: { verdict: Verdict }) => (
  <span class={`mark v-${verdict}`} role="img" aria-label={nameOf(verdict)}>
    {verdictMarks[verdict]}
  </span>
);

/** Mark and name, with the meaning as title. */
export const VerdictBadge = ({ verdict }: { verdict: Verdict }) => (
  <span class={`badge v-${verdict}`} title={verdicts[verdict].meaning}>
    <span aria-hidden="true">{verdictMarks[verdict]}</span> {nameOf(verdict)}
  </span>
);

/** One bar whose parts are as wide as the verdicts are frequent. Hidden from assistive technology: the numbers stand beside it. */
export const VerdictStrip = ({ counts, kind = 'verdict-strip' }: { counts: VerdictCounts; kind?: string }) => (
  <span class={kind} aria-hidden="true">
    {verdictsByUrgency
      .filter((verdict) => counts[verdict] > 0)
      .map((verdict) => (
        <i
          key={verdict}
          class={`v-${verdict}`}
          style={{ flexGrow: counts[verdict] }}
          title={`${counts[verdict]} ${nameOf(verdict)}`}
        />
      ))}
  </span>
);
