/** Problems with the value of a member of a metadata statement, and changes that cause them. */
import { type Problem, show } from './define-checks.ts';
import type { MetadataStatement } from './statement.ts';

export const expected = (what: string, found: unknown): string => `Expected ${what}, found ${show(found)}`;

export const expectText =
  (name: string) =>
  (statement: MetadataStatement): Problem =>
    typeof statement[name] === 'string' && statement[name] !== ''
      ? undefined
      : expected(`text in ${name}`, statement[name]);

export const isUnsigned = (value: unknown, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;

export const expectFilledList =
  (name: string) =>
  (statement: MetadataStatement): Problem => {
    const value = statement[name];
    return Array.isArray(value) && value.length > 0 ? undefined : expected(`a list with items in ${name}`, value);
  };

export const expectBoolean =
  (name: string) =>
  (statement: MetadataStatement): Problem => {
    const value = statement[name];
    return value === undefined || typeof value === 'boolean' ? undefined : expected(`true or false in ${name}`, value);
  };

export const remove = (name: string) => (statement: Record<string, unknown>) => {
  delete statement[name];
};
export const set = (name: string, value: unknown) => (statement: Record<string, unknown>) => {
  statement[name] = value;
};
