/** How long it is waited for hands. */
import type { Clock } from '#base/clock.ts';
import { type HandlingRequest, NobodyActed } from '#scenario/parties/operator.ts';

/** A key that nobody touches gives up by itself, most of them after 30 seconds. */
const longestAskMs = 60_000;

/**
 * Resolves when `done` does.
 * @throws {NobodyActed} when that takes longer than the patience; {Error} when a key that nobody touches asks for ever; the reason of
 * `signal` when it aborts.
 */
export async function waitForHands(
  request: HandlingRequest,
  done: Promise<unknown>,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  const isUntouched = request.handling === 'keep-away';
  const limitMs = isUntouched ? Math.max(longestAskMs, request.patienceMs) : request.patienceMs;
  if (await doneWithin(limitMs, done, signal, clock)) return;
  if (isUntouched) throw new Error(`${request.key.label} was not touched for ${limitMs} ms, and did not give up`);
  throw new NobodyActed(request);
}

/** @throws what `done` rejects with; the reason of `signal` when it aborts. */
export async function doneWithin(
  ms: number,
  done: Promise<unknown>,
  signal: AbortSignal,
  clock: Clock,
): Promise<boolean> {
  const over = new AbortController();
  const late = clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(() => false);
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    over.abort();
  }
}
