/** The operator of one case: records every manual action, and pauses the time limits of the case while the operator acts. */
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { type Operator, OperatorTimeout } from '../parties/operator.ts';
import type { TimeLimits } from './time-limits.ts';

export interface RecordingOptions {
  recorder: CaseRecorder;
  limits: TimeLimits;
  /** Extends the time limit of the test engine, which cannot be paused. */
  extend(ms: number): void;
}

/** Time beyond the limit of the action: for a key that must not be touched, and for earlier requests for the same key. */
const slackMs = 60_000;

export const recordingOperator = (operator: Operator, { recorder, limits, extend }: RecordingOptions): Operator => ({
  async perform(request, done, signal) {
    const { action, key, timeoutMs } = request;
    const detail = { handling: action, key: key.label };
    extend(timeoutMs + slackMs);
    recorder.note('user', 'hands.asked', detail);
    try {
      await limits.pauseWhile(() => operator.perform(request, done, signal));
      recorder.note('user', 'hands.done', detail);
    } catch (error) {
      if (error instanceof OperatorTimeout) recorder.note('user', 'hands.missing', detail);
      throw error;
    }
  },
});
