/** A list of steps of any table: each entry is a keyword alone, or a map with the keyword, its argument, and optionally `label` and `timeout`. */
import { z } from 'zod';
import type { StepEntry } from '../step-arguments/entry.ts';
import { duration } from './units.ts';

type Table = Readonly<Record<string, StepEntry>>;
type ArgumentShape<T extends Table> = { [K in keyof T]: z.ZodOptional<T[K]['schema']> };

/** Returns the schema of a list of steps, for the steps of `table`. */
export function stepList<T extends Table>(table: T) {
  const shape = Object.fromEntries(
    Object.entries(table).map(([keyword, { schema, doc, example }]) => [
      keyword,
      schema.optional().describe(`${doc}\n\nExample: ${example}`),
    ]),
  ) as ArgumentShape<T>;
  const stepWithArgument = z
    .strictObject({
      ...shape,
      label: z.string().min(1).optional().describe('Name of the step in reports'),
      timeout: duration.optional().describe('Time limit of this step'),
    })
    .refine((entry) => keywordsOf(table, entry).length === 1, {
      error: ({ input }) => `Expected one keyword with its argument, got ${listed(keywordsOf(table, input as object))}`,
      when: ({ issues }) => issues.length === 0, // a misspelt keyword has been reported already
    });
  const bareStep = z.enum(bareKeywords(table), {
    error: ({ input }) => {
      const row = typeof input === 'string' && Object.hasOwn(table, input) ? table[input] : undefined;
      return row && `Step "${input}" needs an argument, e.g. ${row.example}`;
    },
  });
  return z.array(z.union([bareStep, stepWithArgument]));
}

/** Returns the keywords of an entry; a valid entry has exactly one. */
export const keywordsOf = <T extends Table>(table: T, entry: object): (keyof T & string)[] =>
  Object.keys(entry).filter((key) => Object.hasOwn(table, key));

/** Steps that may be written without an argument. Does not parse, because the schema of an argument may refer to the list itself. */
const bareKeywords = <T extends Table>(table: T) =>
  Object.keys(table).filter((keyword) => table[keyword]?.schema._zod.optin === 'optional') as [
    keyof T & string,
    ...(keyof T & string)[],
  ];

const listed = (found: readonly string[]): string =>
  found.length === 0 ? 'none' : `${found.length}: ${found.join(', ')}`;
