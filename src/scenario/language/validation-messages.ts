/** Messages about values of the wrong type or size, for schemas that set no message. */
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
/** Returns the name of a schema type in messages. */
export const kindName = (type: string): string => kinds[type] ?? type;

/** Describes a value in a message: `text "abc"`, `a list`, `5`. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty text' : `text "${value.slice(0, 60)}"`;
  if (Array.isArray(value)) return 'a list';
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'object' ? 'a map' : String(value);
}

const countedUnits: Readonly<Record<string, string>> = { array: ' in the list', string: ' characters' };
const describeBound = (side: string, limit: number | bigint, origin: string): string =>
  origin === 'string' && limit === 1 ? 'some text' : `${side} ${limit}${countedUnits[origin] ?? ''}`;

/** Creates the messages of one validation, and stores the details from zod only while it creates them. */
export class ValidationMessages {
  readonly #allowedKeys = new WeakMap<readonly string[], readonly string[]>();
  readonly #created = new Set<string>();

  /** Returns the message for `issue`; undefined to use that of zod. Schemas that set a message do not call this. */
  readonly create = (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject)
      this.#allowedKeys.set(issue.keys as string[], Object.keys(issue.inst.shape));
    const message = messageForIssue(issue);
    if (message !== undefined) this.#created.add(message);
    return message;
  };

  /** Returns the keys that the map may have, whose unknown keys are the array `unknownKeys` of an issue. */
  allowedKeys(unknownKeys: readonly string[]): readonly string[] {
    return this.#allowedKeys.get(unknownKeys) ?? [];
  }

  /** Returns true for a message that a schema defines itself. */
  isCustom(message: string): boolean {
    return !this.#created.has(message) && !message.startsWith('Invalid ');
  }
}

function messageForIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `Expected ${kindName(String(issue.expected))}, got ${describeValue(issue.input)}`;
    case 'too_small':
      return `Expected ${describeBound('at least', issue.minimum, issue.origin)}`;
    case 'too_big':
      return `Expected ${describeBound('at most', issue.maximum, issue.origin)}`;
    default:
      return undefined;
  }
}
