/**
 * Typed errors that belong to no protocol. A message says what cannot be done, what was found and what was expected.
 * Expected outcomes (a refusal by policy, a verdict) are values, never errors.
 */

/** Bad usage: command line, scenario, configuration. Ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** This machine lacks what is needed (a program, a package, a right), or it broke; the message says what to do. Ends with exit code 3. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** The message of anything that was thrown: the `message` of an Error, otherwise its text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
