/** The small words of the scenario language: durations, comparisons, names. Every schema here also describes itself to editors. */
import { z } from 'zod';
import { durationExamples, durationPattern, parseDuration } from '#base/durations.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';

/** Milliseconds, as every duration of a scenario arrives in code. */
export type Ms = number & z.$brand<'Ms'>;

/** A duration in text with its unit: `300ms`, `2s`, `1.5m`, `1h`. Parsed to milliseconds. */
export const duration = z
  .string({ error: `a duration needs a unit: ${durationExamples}` })
  .regex(durationPattern, { error: `not a duration; write it like ${durationExamples}` })
  .transform((text): Ms => parseDuration(text) as Ms)
  .describe('Duration with its unit: 300ms, 2s, 5m, 1h');

const comparators = ['>=', '<=', '>', '<', '!='] as const;

/** A condition on a number, written `">= 1"`. */
export interface Comparison {
  comparator: (typeof comparators)[number];
  value: number;
}

export const isComparison = (value: object): value is Comparison => 'comparator' in value;

const comparison = z
  .string({ error: 'write a whole number, or a comparison such as ">= 1"' })
  .regex(/^(?:>=|<=|>|<|!=) *-?\d+(?:\.\d+)?$/, { error: 'not a comparison; write it like ">= 1"' })
  .transform((text): Comparison => {
    const [, comparator, value] = /^([<>=!]+) *(.+)$/.exec(text)!;
    return { comparator: comparator as Comparison['comparator'], value: Number(value) };
  });

/** An exact count, or a condition on it. */
export const count = z
  .union([z.int().nonnegative(), comparison])
  .describe('Exact number, or a comparison such as ">= 1"');

/** One value or several: the schema of a list that may be written without brackets. */
export const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).nonempty()]);

/** One of several, keyed by the name that `Shape` gives it. */
export type ExactlyOneOf<Shape extends z.ZodRawShape> = {
  [Key in keyof Shape]: { [Only in Key]: z.output<Shape[Key]> };
}[keyof Shape];

/** A map with exactly one of the keys of `shape`. */
export const exactlyOneOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject(shape)
    .partial()
    .refine((map) => Object.keys(map).length === 1, {
      error: `expected exactly one of ${Object.keys(shape).join(', ')}`,
      when: ({ issues }) => issues.length === 0,
    })
    .transform((map) => map as ExactlyOneOf<Shape>);

/** A step or setting that also stands alone: nothing, or what `schema` takes. */
export const optionalArgument = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .union([z.null(), schema])
    .optional()
    .transform((value): z.output<Schema> | undefined => value ?? undefined);

/** A step that takes no argument. */
export const noArgument = z
  .null()
  .optional()
  .transform(() => undefined);

/** Lower-case words joined by dashes, with dots between levels: `security-key.new-pin`. */
export const dottedId = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, {
  error: 'an id is lower-case words joined by dashes and dots, e.g. security-key.new-pin',
});

export const aaguid = z
  .string()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, {
    error: 'not an AAGUID; write it like 2fc0579f-8113-47ea-b116-bb5a8db9202a',
  })
  .transform((text) => text.toLowerCase());

/** COSE algorithms by the name a scenario uses. */
export const algorithm = z.enum(Object.keys(coseAlgorithms) as [CoseAlgorithm, ...CoseAlgorithm[]]);
