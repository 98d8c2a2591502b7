/** What is different for our program inside a guest of the lab: one slow processor, which the browser has too. */
import type { ExpandedCase, StepCall } from '#scenario/language/expanded-case.ts';

/** Whether this process runs in a guest of the lab. */
export const isInsideLab = (): boolean => process.env.TOUCHSTONE_LAB !== undefined;

/** What nothing that works takes in a guest. */
const leastLimitsMs = { case: 10 * 60_000, step: 3 * 60_000 };

/** The case, with limits that fit where it runs. */
export function withLabTimeouts(scenario: ExpandedCase): ExpandedCase {
  const patient = (calls: StepCall[]) =>
    calls.map((call) => ({ ...call, timeoutMs: Math.max(call.timeoutMs, leastLimitsMs.step) }));
  return {
    ...scenario,
    timeoutMs: Math.max(scenario.timeoutMs, leastLimitsMs.case),
    setup: patient(scenario.setup),
    steps: patient(scenario.steps),
    teardown: patient(scenario.teardown),
  };
}

/**
 * How long a key waits for the next packet of a message; undefined leaves that to the key. A browser that draws its dialog
 * between two packets was seen to take 420 ms for it, and a key's own limit is 500.
 */
export const packetTimeoutMs = (): number | undefined => (isInsideLab() ? 5000 : undefined);
