/** A metadata statement of a vendor: JSON that may be malformed in any way. FIDO Metadata Statement 3.0 section 4. */
import { messageOf, UsageError } from '#base/errors.ts';
import { isObject } from '#base/json.ts';

export type MetadataStatement = Readonly<Record<string, unknown>>;

/** Returns the items of a list that are text; none if it is no list. */
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** Returns the items of a list that are objects; none if it is no list. */
export const objectsOf = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Returns the member `authenticatorGetInfo`; without members if the statement has none. */
export const getInfoOf = ({ authenticatorGetInfo }: MetadataStatement): Readonly<Record<string, unknown>> =>
  isObject(authenticatorGetInfo) ? authenticatorGetInfo : {};

/** Returns the names of all user verification methods. */
export const userVerificationMethods = ({ userVerificationDetails }: MetadataStatement): string[] =>
  descriptorsOf(userVerificationDetails).flatMap(({ userVerificationMethod: name }) =>
    typeof name === 'string' ? [name] : [],
  );

/** Returns the descriptors of all combinations. */
export const descriptorsOf = (details: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(details) ? details.flatMap(objectsOf) : [];

/** Returns the description of the PIN, which has its length and retries; undefined if there is none. */
export const pinDescription = ({ userVerificationDetails }: MetadataStatement) =>
  descriptorsOf(userVerificationDetails)
    .map(({ caDesc }) => caDesc)
    .find(isObject);

/** @throws {UsageError} if the text is no JSON object. */
export function parseStatement(text: string, file: string): MetadataStatement {
  const value = parseJson(text, file);
  if (isObject(value)) return isObject(value.metadataStatement) ? value.metadataStatement : value;
  throw new UsageError(`Cannot read ${file}: expected a JSON object with a metadata statement`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: expected JSON (${messageOf(cause)})`, { cause });
  }
}

export const isFido2 = ({ protocolFamily }: MetadataStatement): boolean => protocolFamily === 'fido2';
