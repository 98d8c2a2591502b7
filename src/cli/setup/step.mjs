/** Output of the set-up: one line when a step starts and one with its duration when it ends; and the error that ends the set-up. */

/** The set-up cannot continue. The message is one sentence with the remedy. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/** Returns the time since `startMs`, e.g. `1.2 s`. @param {number} startMs value of `performance.now()` */
export const secondsSince = (startMs) => `${((performance.now() - startMs) / 1000).toFixed(1)} s`;

/** @param {string} line */
export const say = (line) => console.log(`touchstone: ${line}`);

/**
 * Prints `title`, runs `work` and prints how long it took. Returns what `work` returns: whether it succeeded.
 * @param {string} title
 * @param {() => Promise<boolean>} work
 */
export async function step(title, work) {
  const start = performance.now();
  say(`${title} ...`);
  const done = await work();
  say(`${title}: ${done ? 'done' : 'failed'} in ${secondsSince(start)}`);
  return done;
}
