/** The operator as one case has it: what was asked stands in the case's record, and its time limits stand still meanwhile. */
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { NobodyActed, type Operator } from '../parties/operator.ts';
import type { TimeLimits } from './time-limits.ts';

export interface Attendance {
  recorder: CaseRecorder;
  limits: TimeLimits;
  /** Gives the case so much more time with the engine, whose own limit does not stand still. */
  extend(ms: number): void;
}

/** Beyond the patience: a key that must not be touched gives up, another request for the same key has its turn. */
const slackMs = 60_000;

export const attended = (operator: Operator, { recorder, limits, extend }: Attendance): Operator => ({
  async perform(request, done, signal) {
    const { handling, key, patienceMs } = request;
    const detail = { handling, key: key.label };
    extend(patienceMs + slackMs);
    recorder.note('user', 'hands.asked', detail);
    try {
      await limits.standStillFor(() => operator.perform(request, done, signal));
      recorder.note('user', 'hands.done', detail);
    } catch (error) {
      if (error instanceof NobodyActed) recorder.note('user', 'hands.missing', detail);
      throw error;
    }
  },
});
