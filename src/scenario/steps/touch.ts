/** Step `touch`: waits until an authenticator requests a touch, then touches it, denies, or lets the time run out. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { LinkedAbort } from '#base/async.ts';
import type { KeyUnderTest } from '../parties/key-under-test.ts';
import { step } from './step.ts';
import type { StepContext } from './step-context.ts';

/** Longer than any party waits for the user. */
const longerThanAnyTimeoutMs = 10 * 60_000;

export const touch = step({
  keyword: 'touch',
  async run(args, context, signal) {
    if (args === 'never') return letTimeRunOut(context, signal);
    if (args === 'deny') return (await nextTouchRequest(context, signal)).deny(signal);
    for (let left = args?.times ?? 1; left > 0; left--) {
      const key = await nextTouchRequest(context, signal);
      if (args?.after) await context.clock.sleep(args.after, signal);
      await key.touch(signal);
    }
  },
});

async function letTimeRunOut(context: StepContext, signal: AbortSignal): Promise<void> {
  await nextTouchRequest(context, signal);
  context.clock.advance(longerThanAnyTimeoutMs);
  await context.ceremonies.settled();
}

/**
 * Returns the first authenticator that requests a touch.
 * @throws {Error} if the ceremony ends first, or if `signal` aborts first; the message says what the dialog shows instead.
 */
async function nextTouchRequest({ authenticators, dialog }: StepContext, signal: AbortSignal): Promise<KeyUnderTest> {
  using waiting = new LinkedAbort(signal);
  const requests = authenticators.map(async (key) => {
    await key.whenTouchRequested(waiting.signal);
    return key;
  });
  try {
    return await Promise.race([...requests, afterPendingTouches(dialog.whenEnded(waiting.signal))]);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new Error(`No authenticator has requested a touch: ${dialog.describeState()}`, { cause: error });
  }
}

/** Delays the end of the ceremony: a touch that was detected before this step may have caused it, and counts first. */
const afterPendingTouches = (ended: Promise<never>): Promise<never> =>
  ended.catch(async (error: unknown) => {
    await nextTick();
    throw error;
  });
