/** The words for what is wrong with a value, where the schema has no sentence of its own. */
import { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
  never: 'nothing',
};
/** A schema's type in words. */
export const kindName = (type: string): string => kinds[type] ?? type;

/** What was found, in words. */
export function found(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty text' : `text "${value.slice(0, 60)}"`;
  if (Array.isArray(value)) return 'a list';
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'object' ? 'a map' : String(value);
}

const countedIn: Readonly<Record<string, string>> = { array: ' in the list', string: ' characters' };
const bound = (side: string, limit: number | bigint, origin: string): string =>
  origin === 'string' && limit === 1 ? 'some text' : `${side} ${limit}${countedIn[origin] ?? ''}`;

/** Which keys a map may have, by the list of its unknown ones: zod tells the schema only while it words the issue. */
export type AllowedKeys = WeakMap<readonly string[], readonly string[]>;

/** Words `issue` for zod, and notes the keys that would have been allowed. */
export function sentence(issue: z.core.$ZodRawIssue, allowedKeys: AllowedKeys): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      if (issue.inst instanceof z.ZodObject) allowedKeys.set(issue.keys as string[], Object.keys(issue.inst.shape));
      return undefined;
    case 'invalid_type':
      return `expected ${kindName(String(issue.expected))}, found ${found(issue.input)}`;
    case 'too_small':
      return `expected ${bound('at least', issue.minimum, issue.origin)}`;
    case 'too_big':
      return `expected ${bound('at most', issue.maximum, issue.origin)}`;
    default:
      return undefined;
  }
}

/** Whether the schema had a sentence of its own for a mismatch. */
export const isOwnSentence = (message: string): boolean => !/^(?:expected |Invalid )/.test(message);
