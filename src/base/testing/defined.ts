/** Returns `value`; throws when it is undefined or null, which fails the test. */
export function defined<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error(`Expected a value, got ${value}`);
  return value;
}
