/** The version in the schema of a report file, e.g. 1 in `touchstone.result/1`. */

/** Returns what is wrong if `found` is the schema of another version of the file that `expected` names; undefined otherwise. */
export function findVersionProblem(found: unknown, expected: string): string | undefined {
  const [name, version] = expected.split('/');
  const [foundName, foundVersion] = typeof found === 'string' ? found.split('/') : [];
  if (foundName !== name || foundVersion === version) return undefined;
  return `It has version ${foundVersion} of the format ${name}, expected version ${version}: read it with the version of Touchstone that wrote it`;
}

/** Returns the member `schema` of a value, if it has one. */
export const schemaOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
