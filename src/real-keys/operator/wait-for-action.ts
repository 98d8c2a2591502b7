/** Waits, with a time limit, until the operator has performed a manual action. */
import { LinkedAbort } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import { type ManualActionRequest, OperatorTimeout } from '#scenario/parties/operator.ts';

/** A key that is not touched ends its command itself, most keys after 30 seconds. */
const maxKeyTimeoutMs = 60_000;

/**
 * Resolves when `done` does.
 * @throws {OperatorTimeout} if that takes longer than the time limit of the request.
 * @throws {Error} if a key that must not be touched does not end its command; the reason of `signal` if it aborts.
 */
export async function waitForAction(
  request: ManualActionRequest,
  done: Promise<unknown>,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  const isKeepAway = request.action === 'keep-away';
  const limitMs = isKeepAway ? Math.max(maxKeyTimeoutMs, request.timeoutMs) : request.timeoutMs;
  if (await doneWithin(limitMs, done, signal, clock)) return;
  if (isKeepAway)
    throw new Error(`${request.key.label} was not touched for ${limitMs} ms, and its command did not time out`);
  throw new OperatorTimeout(request);
}

/**
 * Returns whether `done` resolved within `ms` milliseconds.
 * @throws what `done` rejects with; the reason of `signal` if it aborts.
 */
export async function doneWithin(
  ms: number,
  done: Promise<unknown>,
  signal: AbortSignal,
  clock: Clock,
): Promise<boolean> {
  using timer = new LinkedAbort(signal);
  const timedOut = clock.sleep(ms, timer.signal).then(() => false);
  return await Promise.race([done.then(() => true), timedOut]);
}
