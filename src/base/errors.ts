/**
 * Typed errors that belong to no protocol. A message says what cannot be done, what was found and what was expected.
 * Expected outcomes (a refusal by a policy, a verdict) are return values, never errors.
 */

/** Wrong input from the user: command line, scenario or configuration. The CLI exits with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that is needed on this machine (a program, a package, a permission) is missing or failed. The message says what to do. The CLI exits with code 3. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** Returns the message of a thrown value: `message` of an Error, otherwise the value as text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
