/** Settings for Touchstone inside a guest of the kernel lab, where one slow processor is shared with the browser. */
import type { ExpandedCase, StepCall } from '#scenario/language/expanded-case.ts';

/** Returns whether this process runs in a guest of the lab. */
export const isInsideLab = (): boolean => process.env.TOUCHSTONE_LAB !== undefined;

/** A working case or step in a guest never takes this long. */
const minTimeoutsMs = { case: 10 * 60_000, step: 3 * 60_000 };

/** Returns the case with longer time limits for the lab. */
export function withLabTimeouts(scenario: ExpandedCase): ExpandedCase {
  const withMinTimeout = (calls: StepCall[]) =>
    calls.map((call) => ({ ...call, timeoutMs: Math.max(call.timeoutMs, minTimeoutsMs.step) }));
  return {
    ...scenario,
    timeoutMs: Math.max(scenario.timeoutMs, minTimeoutsMs.case),
    setup: withMinTimeout(scenario.setup),
    steps: withMinTimeout(scenario.steps),
    teardown: withMinTimeout(scenario.teardown),
  };
}

/**
 * Returns how long a key waits for the next packet of a message, in milliseconds; undefined for the default of the key (500 ms).
 * In the lab, browsers were measured to pause 420 ms between two packets while they draw a dialog.
 */
export const packetTimeoutMs = (): number | undefined => (isInsideLab() ? 5000 : undefined);
