/** JSON values whose form is not known. */

/** Returns whether `value` is an object with named members, and neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
