/** One line for each thing the set-up does, with the time it took; and the error that ends it. */

/** The set-up cannot go on; `message` is one sentence that says what to do. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** @param {number} sinceMs `performance.now()` at the start */
export const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

/** @param {string} line */
export const say = (line) => console.log(`touchstone: ${line}`);

/**
 * Says what is about to happen, does it, says how long it took. `work` resolves with false when it did not succeed.
 * @param {string} what
 * @param {() => Promise<boolean>} work
 */
export async function step(what, work) {
  const start = performance.now();
  say(`${what} ...`);
  const done = await work();
  say(`${what}: ${done ? 'done' : 'failed'} in ${seconds(start)}`);
  return done;
}
